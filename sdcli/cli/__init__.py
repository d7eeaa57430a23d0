"""The command line: the only place that prints, prompts, sleeps or reads the wall clock.

entry.py is the console script; app.py the table of commands; one module for each command;
screen.py how things look; terminal.py how people are asked.
"""
