"""What programs with a language model ask, over the Model Context Protocol: messages, and the tools behind them."""
