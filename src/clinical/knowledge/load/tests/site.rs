//! A site's own parameters and rows.

use super::*;

#[test]
fn a_site_changes_parameters_within_their_range() {
    let knowledge = with_site(
        "[parameters]\nadequate_min_days = 56\npdc_threshold = 0.75\nclock_reset_gap_days.fluoxetine = 28\nindex_condition_groups = [\"mdd_active\", \"persistent\"]\n",
    );
    let knowledge = knowledge.expect("allowed");
    assert_eq!(knowledge.parameters().adequate_min_days, 56);
    assert_eq!(knowledge.parameters().pdc_threshold, Percent(75));
    assert_eq!(knowledge.parameters().clock_reset_gap_days_fluoxetine, 28);
    assert_eq!(knowledge.parameters().index_condition_groups.len(), 2);
    assert_eq!(knowledge.site_changes()[0].what, "adequate_min_days: 42 -> 56");
    assert_ne!(knowledge.sha256(), builtin().sha256());
    assert!(knowledge.to_markdown().contains("42; **site: 56**"));
}

#[test]
fn a_site_outside_the_range_is_told_where() {
    let found = with_site("[parameters]\nadequate_min_days = 20\nno_such = 1\n[[medicine]]\nx = 1\n").err().expect("defects");
    let found: Vec<_> = found.iter().map(Defect::to_string).collect();
    assert_eq!(found[0], "site.toml, line 2: parameter `adequate_min_days` is 20; allowed is 28-84");
    assert_eq!(found[1], "site.toml, line 3: unknown parameter `no_such`");
    assert!(found[2].starts_with("site.toml, line 4: unknown section `medicine`"), "{found:?}");
}

#[test]
fn a_site_adds_rows_with_the_columns_of_the_table() {
    let knowledge = with_site(
        "[[condition]]\ngroup = \"hospice\"\nsystem = \"other\"\ncode = \"PALL-1\"\nmatch = \"exact\"\nsource = \"our code list\"\n\
         [[name]]\nname = \"Sertralin Ratio\"\ndrug = \"sertraline\"\nsource = \"our formulary\"\n\
         [[product]]\nrxcui = \"99999999\"\nname = \"sertraline 75\"\ndrugs = [\"sertraline\"]\nstrengths = 75\nform = \"immediate\"\nuse = \"ordinary\"\nsource = \"our formulary\"\n\
         [[observation]]\nid = \"madrs\"\nsystem = \"other\"\ncode = \"LOC-7\"\nunit_optional = \"yes\"\nsource = \"our laboratory\"\n",
    );
    let knowledge = knowledge.unwrap_or_else(|defects| panic!("{defects:?}"));
    assert!(!knowledge.condition_groups([Code { system: System::Other, code: "pall-1" }]).is_empty());
    assert_eq!(knowledge.ingredient_named("sertralin ratio").map(Ingredient::name), Some("sertraline"));
    assert!(knowledge.product("99999999").is_some());
    assert!(knowledge.observation(Code { system: System::Other, code: "LOC-7" }).is_some());
    assert_eq!(knowledge.site_changes().len(), 4);
}

#[test]
fn a_site_row_with_an_unknown_column_is_told_where() {
    let found = with_site("[[name]]\nname = \"Zolly\"\ndrug = \"sertraline\"\norigin = \"us\"\n").err().expect("defects");
    assert_eq!(found.iter().map(|defect| defect.line).collect::<Vec<_>>(), [Some(1), Some(1)]);
    assert!(found.iter().any(|defect| defect.what.contains("unknown column `origin`; this table has name, drug, source")));
    let found = with_site("[parameters\n").err().expect("defects");
    assert_eq!(found[0].file, "site.toml");
}

#[test]
fn the_dose_profile_chooses_the_column_of_the_minimum() {
    let knowledge = with_site("[parameters]\ndose_profile = \"label\"\n").expect("allowed");
    assert_eq!(knowledge.parameters().dose_profile, DoseProfile::Label);
    assert_eq!(knowledge.antidepressant(drug("venlafaxine")).and_then(|row| row.minimum), mg(75.0));
}

#[test]
fn what_a_site_adds_is_told_with_its_cells_and_marked_once_in_the_document() {
    let knowledge = with_site("[[name]]\nname = \"Zolly\"\ndrug = \"sertraline\"\nsource = \"our formulary\"\n").expect("a good row");
    assert_eq!(knowledge.site_changes()[0].what, "names.csv: added drug sertraline, name Zolly");
    let text = knowledge.to_markdown();
    assert_eq!(text.matches("**site**: site.toml, line 1").count(), 1);
    assert!(text.contains("| our formulary (**site**: site.toml, line 1) |"));
}

#[test]
fn parameters_that_are_no_table_are_told() {
    let found = with_site("parameters = 3\n").err().expect("defects");
    assert_eq!(found.iter().map(|defect| defect.what.as_str()).collect::<Vec<_>>(), ["`parameters` has to be a table of rows"]);
}

#[test]
fn a_site_adds_reasons_to_set_a_card_aside() {
    let row = |code: &str, display: &str| {
        format!("[[override_reason]]\nsystem = \"urn:site\"\ncode = \"{code}\"\ndisplay = \"{display}\"\nsource = \"our committee\"\n")
    };
    let knowledge =
        with_site(&(row("case-conference", "decided in our conference") + &row("private", "treated elsewhere"))).expect("two reasons");
    let codes: Vec<&str> = knowledge.site_reasons().iter().map(|reason| reason.code).collect();
    assert_eq!((codes, builtin().site_reasons().len()), (vec!["case-conference", "private"], 0));
    let found = with_site(&(row("a", "one") + &row("a", "two") + &row("b", ""))).err().expect("defects");
    let found: Vec<String> = found.iter().map(Defect::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], "site.toml, line 6: `urn:site a` stands already in site.toml, line 1");
    assert!(found[1].starts_with("site.toml, line 11: ") && found[1].contains("display"), "{found:?}");
}
