"""The intermediate model, what walks through it, and findings."""
