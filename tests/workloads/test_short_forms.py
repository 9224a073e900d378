"""Short forms of `--set` are options with a help, and workloads say what they set."""

from profiler_suite.workloads import registry, short_forms


def test_each_option_is_a_short_form_of_some_workload_and_says_what_it_is() -> None:
    stated = {name for each in registry.workloads().values() for name in each.short_forms}
    assert stated == set(short_forms.OPTIONS)
    assert all(text.endswith(".") for text in short_forms.OPTIONS.values())


def test_a_short_form_sets_dimensions_that_its_workload_has() -> None:
    for workload in registry.workloads().values():
        for dims in workload.short_forms.values():
            assert set(dims) <= set(workload.dims)
