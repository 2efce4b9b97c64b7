"""The product as the lab ships it: the real application, with paths that take long and faults to order.

These files are copied into images on top of the real ones; see `tests/lab/editions.py`.
"""
