"""What the sites of these tests report."""

#: One story a piece: title and paragraphs that differ enough not to be copies of one another.
PIECES = (
    (
        "Xiaomi in talks with BAIC about building electric cars",
        "Xiaomi is in talks with BAIC about making electric cars together, people familiar with the matter said.",
        "The two Beijing companies have discussed a joint brand and the use of an idle plant in the city, they said.",
    ),
    (
        "Xiaomi wins licence to build electric cars",
        "China's planning agency has approved the application of Xiaomi to make electric vehicles, a notice shows.",
        "The permit allows the phone maker to produce 100,000 vehicles a year at its factory in Yizhuang.",
    ),
    (
        "Xiaomi recalls thousands of cars over faulty seats",
        "Xiaomi began a recall of 12,000 cars because of faulty seats, the market regulator said on Monday.",
        "Owners will have the parts replaced free of charge at service centres from next month, it added.",
    ),
    (
        "BAIC posts wider loss for the year",
        "BAIC reported a net loss of 5.4 billion yuan for the year on Friday, wider than the year before.",
        "Sales of its electric unit fell while spending on research rose, according to the annual report.",
    ),
)
