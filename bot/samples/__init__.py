"""Four invented podcasts for a first look at Podsift; `README.md` beside this file describes them."""
