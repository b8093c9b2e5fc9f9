//! The tables as Markdown, for a clinician to read and sign off.
