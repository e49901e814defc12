"""What tests stand on: listings in arXiv's shape, hosts that misbehave, and a wire on real parts."""
