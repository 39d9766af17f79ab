"""What pictures are made of: native items of Qt's Graphics View, which are painted without the interpreter."""
