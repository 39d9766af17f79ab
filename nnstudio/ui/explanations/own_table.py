"""The dialogs that take in somebody's own data, by the names of their controls and of what is decided there."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

_DIALECT = "van den Burg, Nazábal & Sutton 2019, Wrangling Messy CSV Files by Detecting Row and Type Patterns."
_SPLIT = "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 7.2."
_GAPS = "Little & Rubin 2019, Statistical Analysis with Missing Data, chapters 3 and 4."

OWN_TABLE = {
    "First rows": Explanation(
        "The first rows, with the cells as they stand in the file. Over each column stands what it is used for and how "
        "its values are distributed; a click there, or Enter on a cell, opens what else it could be.",
        "A file of 344 rows and 10 columns: the head of species says that it is the target.",
        HERE,
    ),
    "Separator": Explanation(
        "What stands between two cells. It is guessed from the beginning of the file.",
        "3,2;4,1 has 2 cells with semicolons, and 3 with commas.",
        _DIALECT,
    ),
    "Decimal sign": Explanation(
        "Whether a number is written with a point or with a comma.",
        "3,14 is a number with a decimal comma, and a word with a decimal point.",
        HERE,
    ),
    "Header": Explanation(
        "The line with the names of the columns, above which nothing counts; without one they are x1, x2, …",
        "A title in line 1 and the names in line 3: the header is line 3.",
        HERE,
    ),
    "Encoding": Explanation(
        "How letters are written as bytes. In a wrong one, letters with accents come out as others.",
        "Île is 4 bytes in UTF-8 and 3 in Windows-1252.",
        "The Unicode Standard, chapter 2.5; Windows-1252 as Microsoft has registered it with IANA.",
    ),
    "Target": Explanation(
        "The column that is to be learned from the others; rows without it are left out.",
        "species from 7 other columns of 342 penguins.",
        HERE,
    ),
    "Task": Explanation(
        "Words are classes to tell apart, numbers are values to come close to; whole numbers with up to 20 different "
        "values are taken for classes unless you say otherwise.",
        "Marks from 1 to 6: 6 classes, or a value to be predicted as 2.3.",
        HERE,
    ),
    "Inputs": Explanation(
        "The columns that the network sees. A column of categories becomes one number per value, 1 where it is that "
        "value and else 0.",
        "island with 3 values becomes 3 inputs, of which one is 1.",
        "One-hot encoding: Bishop 2006, Pattern Recognition and Machine Learning, section 4.2.",
    ),
    "Kind of column": Explanation(
        "A number is an input itself, a category becomes one input per value, a date counts the days since 1970, and "
        "what is left out the network never sees.",
        "year as a number: 2007; as a category: 3 inputs of 0 and 1.",
        HERE,
    ),
    "Scaling": Explanation(
        "(x − mean) / σ, or stretched to −1 … 1, measured on the training rows alone.",
        "A mass of 4200 with mean 4000 and σ 800 becomes 0.25.",
        "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3.",
    ),
    "Gaps": Explanation(
        "A row without a value is dropped, or the mean or the most frequent value of the training rows stands in, or "
        "an input of its own says that it is missing.",
        "2 of 344 rows lack mass: dropped, 342 are left.",
        _GAPS,
    ),
    "Keep it": Explanation(
        "Uses a column that was left out. An id says nothing about rows that are new; a column that gives the answer "
        "away makes the network look better than it is.",
        "nr differs in all 344 rows: kept, it becomes an input.",
        HERE,
    ),
    "Shares": Explanation(
        "Training rows teach the network, validation rows decide when to stop, test rows only measure it.",
        "342 rows, 20 % for the test: 68 of them; the other 274 train.",
        _SPLIT,
    ),
    "Stratified": Explanation(
        "Each share has the same mixture of classes as the whole table.",
        "20 % of 68, 123 and 151 rows: 14, 24 and 30 of them test.",
        _SPLIT,
    ),
    "Class weights": Explanation(
        "Balanced, an example counts w = N / (k · N of its class) in the loss: the rarer its class, the more.",
        "68, 123 and 151 rows of 3 classes: one of the rarest counts 342 / (3 · 68) = 1.68.",
        "King & Zeng 2001, Logistic Regression in Rare Events Data.",
    ),
    "Seed": Explanation("The same seed deals the same rows out.", "Seed 2 puts 68 other rows into the test.", HERE),
    "Two columns": Explanation(
        "Of all pairs of inputs the one in which the classes overlap least: exp(−d² / 8), d² = δᵀ S⁻¹ δ, for means "
        "that differ by δ and a covariance S within the classes. For values: the input most correlated with them.",
        "Two classes 4 σ apart: exp(−16 / 8) = 0.135.",
        "The coefficient of Bhattacharyya: Kailath 1967, The Divergence and Bhattacharyya Distance Measures.",
    ),
    "Other file": Explanation(
        "Asks for another file; nothing of this one is used.",
        "Tables as text (.csv, .tsv, .txt), or arrays of NumPy (.npy, .npz): up to 2 GB.",
        HERE,
    ),
    "Other folder": Explanation(
        "Asks for another folder; nothing of this one is used.",
        "A folder with a folder of images for each class: cat/1.png, dog/1.jpg.",
        HERE,
    ),
    "Classes": Explanation(
        "Every folder in the folder is a class, and is called like it; of IDX and .npz files, every different label.",
        "Folders cat, dog and owl: 3 classes, numbered in this order.",
        HERE,
    ),
    "Size of images": Explanation(
        "All images become as high and wide as this; each pixel is an input. What had another size or shape is scaled, "
        "and every output is the mean of the pixels around (bilinear).",
        "28×28 pixels: 784 inputs; a photograph of 4000×3000 becomes 64×48 unless you say otherwise.",
        HERE,
    ),
    "Grey": Explanation(
        "Colours become grey, L = 0.299 R + 0.587 G + 0.114 B. Inverted, dark and light change places, 255 − L, so "
        "that ink on paper becomes light on dark, as MNIST has it.",
        "Pure red, 255, becomes 76; inverted, 179.",
        "ITU-R Recommendation BT.601, as Pillow computes it.",
    ),
    "Look for it": Explanation(
        "A project knows its table or images by the SHA-256 of the files and by where they lay; what has more than "
        "4 MB is not stored in it. Wherever the files are now, the same bytes are the same data.",
        "A file that was changed by 1 byte is another table.",
        HERE,
    ),
    "Cancel": Explanation("Closes the dialog; the running experiment stays as it is.", "0 settings change.", HERE),
    "Use this data": Explanation(
        "The experiment learns this data, with a network that suits it; Undo takes it back.",
        "11 inputs and 3 classes: 11-32-16-3. The run before stays on the shelf.",
        HERE,
    ),
}
