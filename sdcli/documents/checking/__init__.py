"""What of a document is no longer what its design gives, why, and what to do.

`check` is the way in. `seal` answers it from hashes alone where nothing changed since the build;
everything else is looked at: `blocks` one by one, `findings` on the decisions and verdicts, `prose`
for numbers that people wrote themselves.
"""
