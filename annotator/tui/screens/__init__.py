"""Whole screens and the small questions asked over them."""
