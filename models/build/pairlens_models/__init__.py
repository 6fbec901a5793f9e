"""Makes the encoders that PairLens ships, and measures them."""
