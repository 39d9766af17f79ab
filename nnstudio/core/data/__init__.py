"""What there is to learn from: points on a plane and images, scaled and split."""
