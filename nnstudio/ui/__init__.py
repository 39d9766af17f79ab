"""What is seen and touched: PySide6 and pyqtgraph. No arithmetic on weights, no rule about training."""
