"""Layers of images under the microscope: grids of numbers, a window that slides."""
