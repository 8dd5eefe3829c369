"""Every line of the list of faults that an early version had, and the tests that prove it mended.

The list names files and commands on which version 0.4.0 failed: A silent misreadings, B what was said wrongly,
C what could not be read, D files, faults and signals, E the library. `DESK` tries the files themselves, where
they lie beside the shared data; most lines have a twin that makes its own.
"""

# ruff: noqa: E501  # a table

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

DESK, LINES, FAULTS = "test_desk_files.py", "test_fault_lines.py", "test_faults.py"
CITY, SHAPES = "people/test_city_files.py", "people/test_statistics_shapes.py"
RASTERS, LAYERS, ATOMIC = "network/test_rasters.py", "places/test_layers.py", "files/test_atomic.py"
REGISTERS, ODD, DISTRICTS = "tags/test_registers.py", "osm/test_odd_exports.py", "places/test_districts.py"
PEOPLE = f"{DESK}::test_people_of_every_file_are_on_homes_or_told"
ASKED = f"{DESK}::test_what_may_mean_two_things_is_asked"
NAMES = f"{DESK}::test_names_of_districts_are_those_of_the_city"
CARELESS = f"{LINES}::test_careless_words_end_in_one_clean_line"
GERMAN = f"{LINES}::test_words_as_germans_write_them"

TABLE: dict[str, tuple[str, ...]] = {
    "A people of a polygon or a cell that reaches beyond the extract": (
        PEOPLE, f"{CITY}::test_people_beyond_the_edge_are_told_not_moved_in"
    ),
    "A a density, a share, one sex or one age for the number of people": (
        ASKED, f"{CITY}::test_a_part_or_a_density_is_not_everybody"
    ),
    "A a wide kerb register with a column of remarks": (
        f"{DESK}::test_a_wide_register_with_remarks_loses_no_height",
        f"{REGISTERS}::test_a_wide_register_with_a_note_is_read_whole",
    ),
    "A decimetres without a scale": (ASKED, f"{RASTERS}::test_whole_numbers_on_fine_cells_are_asked_about"),
    "A voids of 0 or -99 that are not declared": (
        f"{RASTERS}::test_holes_that_are_not_declared", f"{RASTERS}::test_holes_of_any_value_are_told_and_harbours_stay"
    ),
    "A what an editor has deleted": (
        f"{DESK}::test_every_form_of_an_extract_is_the_same_network", f"{ODD}::test_what_an_editor_has_deleted_is_gone"
    ),
    "A dates of two digits, as serial numbers, as text": (
        f"{DESK}::test_the_newer_reading_wins_whatever_its_date_is_written_like",
        f"{REGISTERS}::test_dates_in_every_spelling",
        f"{REGISTERS}::test_dates_that_may_be_two_are_refused_unless_the_column_tells",
        "tags/test_survey.py::test_many_files_are_merged_and_contradictions_are_listed",
    ),
    "A opening hours that nobody states": (f"{LINES}::test_hours_that_nobody_states_are_unknown",),
    "A a graph of OSMnx from its GeoPackage": (
        f"{DESK}::test_a_graph_of_osmnx_is_the_same_city_by_both_of_its_files",
        "exchange/test_networkx.py::test_a_simplified_graph_is_the_same_elements_from_every_file",
    ),
    "A a Shapefile in UTF-8 without .cpg, and --encoding": (
        NAMES, "files/test_foreign_parquet.py::test_a_shapefile_of_the_time_of_dos_keeps_its_umlauts",
        f"{SHAPES}::test_old_encodings_are_told_apart", f"{LINES}::test_an_encoding_that_is_said_is_taken",
    ),
    "A homes that reach a stop by wheelchair but not on foot": (
        "reach/test_laws.py::test_a_walker_reaches_whatever_anybody_reaches",
        f"{DESK}::test_nobody_rolls_where_nobody_walks",
    ),
    "B a survey in GeoJSON with a crs member; one without its columns": (
        f"{DESK}::test_surveys_of_other_programs_are_taken_over",
        f"{REGISTERS}::test_geojson_with_another_system_and_opensidewalks",
        "tags/test_survey.py::test_unusable_files_end_in_one_line",
    ),
    "B points of people in GeoPackage and Parquet": (PEOPLE, f"{CITY}::test_points_in_every_format"),
    "B ages of the census": (PEOPLE, "people/test_population.py::test_seniors"),
    "B Overpass's out geom": (
        f"{DESK}::test_every_form_of_an_extract_is_the_same_network",
        f"{ODD}::test_points_inside_ways_and_geometry_inside_members",
    ),
    "B a workbook is no archive to unpack": (ASKED, f"{CITY}::test_the_citys_statistics_by_district"),
    "B a photograph or a hill shade as elevation": (f"{RASTERS}::test_pictures_and_damage_are_no_models",),
    "B names of districts that are numbers": (NAMES,),
    "B an outline that crosses itself": (ASKED, f"{LAYERS}::test_a_bow_tie_is_refused"),
    "B a simplified graph read by NetworkX": (
        f"{DESK}::test_a_graph_of_osmnx_is_the_same_city_by_both_of_its_files",
        "exchange/test_networkx.py::test_city_from_a_simplified_graph_keeps_lengths_and_steps",
    ),
    "B an empty file of districts": (f"{LAYERS}::test_no_area_at_all", f"{LINES}::test_districts_without_areas_end_with_3"),
    "C elevation as points, packed, in folders, text grids, VRT": (
        ASKED, f"{RASTERS}::test_grids_of_points", f"{RASTERS}::test_packed_folders_and_lists",
        f"{RASTERS}::test_esri_grids",
    ),
    "C people at metres, and --crs": (
        PEOPLE, f"{CITY}::test_points_in_metres", f"{CITY}::test_which_old_system_is_meant_is_asked"
    ),
    "C people by names of cells alone, empty cells, Eurostat, plain Parquet, UTF-16": (
        PEOPLE, f"{CITY}::test_names_of_cells_in_every_order", f"{CITY}::test_plain_parquet_and_empty_cells",
        f"{CITY}::test_encodings",
    ),
    "C the city's statistics by district, wide and long, with ages": (
        f"{CITY}::test_the_citys_statistics_by_district", f"{CITY}::test_statistics_by_number",
        f"{CITY}::test_statistics_in_long_form_as_dresden_publishes_them",
        f"{SHAPES}::test_the_same_people_whatever_the_shape", f"{SHAPES}::test_the_old_are_counted_whatever_the_shape",
    ),
    "C districts zipped, as GML, KML, FlatGeobuf, a layer by name": (
        NAMES, f"{LAYERS}::test_several_layers", f"{LAYERS}::test_four_formats_in_any_crs",
        f"{LINES}::test_districts_in_every_format",
    ),
    "C wide registers, OpenSidewalks, heights in another unit": (
        f"{DESK}::test_surveys_of_other_programs_are_taken_over",
        f"{REGISTERS}::test_heights_of_kerbs_are_in_the_unit_that_they_say_or_show",
        f"{REGISTERS}::test_units_that_were_read_ten_times_too_large",
    ),
    "C overpass-turbo's export, PBF without untagged nodes": (
        f"{DESK}::test_every_form_of_an_extract_is_the_same_network",
        f"{ODD}::test_ways_before_their_nodes_as_overpass_turbo_exports_them",
    ),
    "C an address or a place's name for an extract": (CARELESS,),
    "C 3,5 and Mo 10.30; limits a hundred times too small": (GERMAN,),
    "C tables for German Excel": (f"{FAULTS}::test_tables_for_a_german_spreadsheet",),
    "D1 devices, pipes and sockets as outputs": (
        f"{LINES}::test_what_is_no_file_is_never_replaced", f"{FAULTS}::test_devices_and_pipes_are_no_outputs",
        f"{ATOMIC}::test_what_is_no_file_is_never_written_over",
    ),
    "D2 outputs that are inputs": (
        f"{FAULTS}::test_no_command_writes_over_what_it_reads",
        f"{FAULTS}::test_inputs_are_told_by_every_way_to_name_them",
        f"{ATOMIC}::test_inputs_their_folders_and_parts_of_results_stay",
    ),
    "D3 a native parser is fed what was checked": (
        ASKED, f"{LINES}::test_a_damaged_model_ends_in_a_sentence_not_in_a_dead_process",
        "files/test_apart.py::test_a_crash_is_told_and_the_next_call_works",
        "files/test_apart.py::test_a_file_that_breaks_its_reader_is_one_clear_sentence",
    ),
    "D4 whole or not at all": (
        f"{ATOMIC}::test_a_failed_write_leaves_the_old_file", f"{ATOMIC}::test_a_failed_folder_leaves_the_old_folder",
        "files/test_geopackage.py::test_what_a_full_disk_cuts_off_is_never_a_result",
        "fuzz/test_fuzz.py::test_kills_full_disks_and_crowds_leave_old_or_new",
    ),
    "D5 folders change places in one step; eight writers": (
        f"{ATOMIC}::test_a_killed_run_leaves_old_or_new_and_the_next_sweeps", f"{ATOMIC}::test_many_writers_at_once",
        "fuzz/test_fuzz.py::test_kills_full_disks_and_crowds_leave_old_or_new",
    ),
    "D6 stored state carries digests": (
        f"{FAULTS}::test_a_damaged_city_is_refused_whatever_is_damaged",
        f"{FAULTS}::test_a_city_built_anew_is_noticed",
        f"{FAULTS}::test_a_damaged_city_in_the_cache_is_built_again",
    ),
    "D7 no foreign exception reaches the user": (
        f"{DESK}::test_damaged_extracts_are_refused_in_one_sentence", f"{ODD}::test_text_that_is_no_unicode_is_one_line",
        f"{FAULTS}::test_plan_lists_of_other_hands_are_refused_in_one_line",
        f"{FAULTS}::test_output_for_a_terminal_that_knows_few_signs",
        f"{ATOMIC}::test_a_full_disk_is_told", "test_cli.py::test_a_full_disk_is_no_internal_fault",
        f"{LINES}::test_more_memory_than_there_is_ends_in_one_sentence",
        "fuzz/test_fuzz.py::test_damaged_inputs_are_read_or_refused",
    ),
    "D8 numbers without range": (f"{FAULTS}::test_numbers_out_of_range_are_misuse", CARELESS),
    "D9 signals clean up, and what kill -9 left is swept": (
        f"{FAULTS}::test_signals_clean_up", f"{LINES}::test_a_killed_run_s_folders_are_swept_by_the_next"
    ),
    "D10 plausible spans on both axes": (
        f"{DESK}::test_damaged_extracts_are_refused_in_one_sentence", f"{ODD}::test_one_node_far_away_is_named"
    ),
    "D11 the survey's page has a policy": (f"{FAULTS}::test_survey_pages_let_nothing_run",),
    "D12 why -o x.gpx, --tiles javascript:, ESC and bidi in paths, paths that are no text, loops of links": (CARELESS,),
    "D12 equal and nested districts": (
        f"{LINES}::test_equal_and_nested_districts_are_told", f"{DISTRICTS}::test_overlaps_are_said_and_the_smaller_counts"
    ),
    "D12 wide signs that run a formula": (
        f"{LINES}::test_wide_equals_signs_run_no_formula",
        "files/test_csv.py::test_text_has_no_control_characters_and_runs_no_formula",
    ),
    "D12 a user's own files, modes and the umask": (
        f"{ATOMIC}::test_the_users_own_files_stay_in_a_result_folder",
        f"{ATOMIC}::test_modes_follow_the_umask_and_stay_when_replaced",
    ),
    "D12 the same bytes from run to run": (
        f"{FAULTS}::test_the_same_input_gives_the_same_bytes", "api/test_same_bytes.py::test_build"
    ),
    "D12 a late member of a packed file": (
        f"{LINES}::test_a_late_member_of_a_packed_extract_is_bounded",
        f"{CITY}::test_a_late_member_of_a_packed_table_is_bounded",
    ),
    "D12 --version": (f"{FAULTS}::test_the_version_is_told",),
    "E the obvious call of the routing core": (f"{LINES}::test_the_obvious_call_of_the_routing_core_is_the_right_one",),
}  # fmt: skip
"""What was wrong, and which tests hold it."""


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", TABLE)
def test_every_line_has_tests_that_exist(line: str) -> None:
    assert TABLE[line]
    for name in TABLE[line]:
        file, _, function = name.partition("::")
        assert (HERE / file).is_file(), name
        assert function in functions(HERE / file), name


def test_most_lines_are_proved_without_the_shared_files() -> None:
    desk_only = [line for line, tests in TABLE.items() if all(test.startswith(DESK) for test in tests)]
    assert desk_only == ["B names of districts that are numbers"]
