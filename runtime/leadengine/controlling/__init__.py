"""What the control plane may ask of a stack and tell it: never reachable from outside."""
