"""Which insights a channel gets and how they are labelled: decisions without input or output."""
