"""LeadEngine Control: the control plane of a fleet of LeadEngine stacks."""

__version__ = "0.1.0"
