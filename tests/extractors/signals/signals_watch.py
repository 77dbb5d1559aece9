"""A small watch of invented and real names, shared by the tests of signals."""

from extractors.watch import Entity, Example, Topic, Watch


def entity(entity_id: str, **names: tuple[str, ...]) -> Entity:
    """Return an entity with the given names per language."""
    first = next(iter(names.values()))[0]
    return Entity(entity_id=entity_id, kind=entity_id.partition(":")[0], name=first, names=names)


ENTITIES = (
    entity("company:xiaomi", en=("Xiaomi", "Xiaomi Corp"), zh=("小米", "小米集团")),
    entity("company:xiaomi-auto", en=("Xiaomi Auto",), zh=("小米汽车",)),
    entity("company:baic", en=("BAIC",), de=("BAIC",), zh=("北汽", "北汽集团")),
    entity("company:nio", en=("Nio",), zh=("蔚来",)),
    entity("company:byd", en=("BYD",), zh=("比亚迪",)),
    entity("company:hyundai", en=("Hyundai",), zh=("现代汽车",)),
    entity("company:great-wall", en=("Great Wall", "Great Wall Motor"), zh=("长城汽车",)),
    entity("company:jac", en=("JAC",), zh=("江淮",)),
    entity("authority:miit", en=("MIIT", "industry ministry"), de=("Industrieministerium",), zh=("工信部",)),
    entity("media:bloomberg", en=("Bloomberg", "Bloomberg News"), zh=("彭博社", "彭博")),
    entity("media:reuters", en=("Reuters",), zh=("路透社", "路透")),
    entity("product:su7", en=("SU7",)),
    entity("product:su7-ultra", en=("SU7 Ultra",)),
)
TOPICS = (
    Topic(
        topic_id="topic:electric-car",
        words={"en": ("electric car", "EV"), "de": ("Elektroauto", "Auto"), "zh": ("电动汽车", "造车")},
    ),
)


def watch(*, examples: tuple[Example, ...] = (), all_of: tuple[tuple[str, ...], ...] = ()) -> Watch:
    """Return the watch of these tests."""
    return Watch(
        name="tests",
        title="Tests",
        languages=("de", "en", "zh"),
        entities=ENTITIES,
        topics=TOPICS,
        examples=examples,
        all_of=all_of,
    )
