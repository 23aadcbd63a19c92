"""What a layer is: declarations of ports, parameters, shape rule, code and help. No torch."""
