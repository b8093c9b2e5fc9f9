use super::*;
use crate::clinical::knowledge::Matching;
use crate::clinical::units::Instrument;

#[test]
fn a_row_without_a_verified_code_is_matched_by_its_names_alone() {
    let aims = builtin().observation_named("AIMS total score").expect("an observation known by its name");
    assert_eq!((aims.instrument, aims.loinc), (Instrument::Aims, ""));
    assert!(builtin().loinc_of(Instrument::Aims).is_none());
    let of = |file| builtin().unverified().iter().filter(move |found| found.file == file).map(|found| (found.matching, found.rows));
    assert_eq!(of("observations.csv").collect::<Vec<_>>(), [(Matching::TextOnly, 7)]);
    assert_eq!(of("drugs.csv").collect::<Vec<_>>(), [(Matching::CodeFromMemory, 1), (Matching::TextOnly, 4)]);
}

#[test]
fn a_code_in_a_row_that_says_it_has_none_is_a_defect() {
    let line = |code: &str, confidence: &str| format!("newdrug,{code},,Newbrand,a source,{confidence}");
    assert_eq!(defects_of_line("drugs.csv", &line("", "not verified")), [""; 0]);
    assert_eq!(defects_of_line("drugs.csv", &line("999999991", "memory")), [""; 0]);
    assert_eq!(
        defects_of_line("drugs.csv", &line("999999991", "not verified")),
        ["code 999999991 stands in a row that says it has no verified code: leave it empty, or say where it was checked"]
    );
}

#[test]
fn a_code_from_memory_is_counted_with_the_rows_of_a_site() {
    let site = "[[condition]]\ngroup = \"hospice\"\nsystem = \"snomed\"\ncode = \"999999991\"\nmatch = \"exact\"\ndisplay = \"ours\"\nsource = \"ours\"\nconfidence = \"memory\"\n";
    let knowledge = with_site(site).unwrap_or_else(|defects| panic!("{defects:?}"));
    let rows = |knowledge: &Knowledge| knowledge.unverified().iter().find(|found| found.file == "conditions.csv").map(|found| found.rows);
    assert_eq!((rows(builtin()), rows(&knowledge)), (Some(7), Some(8)));
}
