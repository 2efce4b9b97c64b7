"""The agent on each LeadEngine host: it renders, starts, checks and repairs a client's stack."""

__version__ = "0.1.0"
