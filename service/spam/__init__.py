"""Text in, probability of spam out: features, training, evaluation, artefacts, scorer. No web, no database."""
