"""What users do with a spec or an envelope besides generating."""
