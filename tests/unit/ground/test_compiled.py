from familyflow.ground.compiled import compiled


@compiled
def _twice(number: float) -> float:
    return 2 * number


def test_a_compiled_function_gives_what_it_gave_before() -> None:
    assert _twice(1.5) == 3.0
