"""Buildings, money and decisions: intake, register, space, options, appraisal."""
