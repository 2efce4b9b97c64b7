"""What the law asks for: access, erasure, limits of time, complaints, and proof of each."""
