"""The comparison: outputs, curves and figures of runs that train in step, side by side."""
