"""What the numbers say: `metrics` finds the number behind a name, `verdicts` judges by it."""
