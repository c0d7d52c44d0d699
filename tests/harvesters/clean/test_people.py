from harvesters.clean import people, text
from harvesters.record import Agent


def test_names_become_agents_once_each():
    found = tuple(people.agents([" Ada  Ng", None, "Ada Ng", 7], "instructor"))
    assert found == (Agent(name="Ada Ng", role="instructor", organisation=False), Agent(name="7", role="instructor", organisation=False))
    assert len(tuple(people.agents(str(n) for n in range(text.LIST * 3)))) == text.LIST


def test_a_name_in_parts():
    person = {"first": "Ada", "middle": None, "last": "Ng"}
    assert people.whole(person, "first", "middle", "last") == "Ada Ng"
    assert people.whole(person, "middle") is None
