"""Two simulated annotators: what is right, what each gets wrong, and the hands that type it."""
