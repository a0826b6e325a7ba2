"""What people read, without a platform: posts, answers, cards, replies, and the terminal."""
