"""Recovery points: taken, brought away, kept, proven and brought back (docs/explanation/backups.md)."""
