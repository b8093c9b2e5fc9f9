//! What is wrong with a row is told with its place.

use super::*;

#[test]
fn a_code_twice_in_a_group_is_a_defect() {
    let found = defects_of_line("conditions.csv", "depression.mdd_active,icd10,F331,exact,,again,,a source,high");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("twice") && found[0].contains("conditions.csv, line"), "{found:?}");
}

#[test]
fn a_code_in_groups_that_exclude_each_other_is_a_defect() {
    let found = defects_of_line("conditions.csv", "depression.mdd_full_remission,icd10,F33.1,exact,,x,,a source,high");
    assert!(found[0].contains("depression.mdd_active and in depression.mdd_full_remission"), "{found:?}");
    let found = defects_of_line("conditions.csv", "bipolar.spectrum,icd10,F33.1,exact,,x,,a source,high");
    assert!(found[0].contains("exclude each other"), "{found:?}");
}

#[test]
fn an_unknown_word_is_a_defect() {
    let found = defects_of_line("conditions.csv", "depression.sad,icd11,F33.1,nearly,,x,,a source,high");
    assert_eq!(found.len(), 3, "{found:?}");
    let found = defects_of_line("observations.csv", "phq-10,loinc,1-1,x,,,,,,,,no,,,,a source,high");
    assert_eq!(found, ["unknown word `phq-10` in column `id`"]);
    let found = defects_of_line("drug_groups.csv", "sedative.mild,sertraline,,,,a source,high");
    assert_eq!(found, ["unknown word `sedative.mild` in column `group`"]);
}

#[test]
fn an_unknown_drug_is_a_defect() {
    let found = defects_of_line("products.csv", "1,x,sertralin,50,immediate,ordinary,,,a source,high");
    assert_eq!(found, ["unknown drug `sertralin`"]);
    assert_eq!(defects_of_line("drug_groups.csv", "maoi,no such drug,,,,a source,high"), ["unknown drug `no such drug`"]);
}

#[test]
fn a_minimum_above_the_maximum_and_a_floor_above_the_minimum_are_defects() {
    let found =
        defects_of_line("antidepressants.csv", "newdrug,,,,ssri,trial,mg/day,500,,,600,400,,,,,,,,,,a source,a source,a source,high");
    assert_eq!(found, ["`floor` (600) is above `minimum_default` (500)", "`minimum_default` (500) is above `usual_maximum` (400)"]);
}

#[test]
fn a_row_without_a_source_is_a_defect() {
    assert_eq!(defects_of_line("names.csv", "Zolly,sertraline,,high"), ["`source` is empty"]);
}

#[test]
fn a_product_with_two_meanings_is_a_defect() {
    let found = defects_of_line("other_products.csv", "312938,x,sertraline,51,immediate,ordinary,,,a source,high");
    assert!(found[0].contains("products.csv, line"), "{found:?}");
    let found = defects_of_line("products.csv", "1,x,sertraline;olanzapine,50,immediate,ordinary,,,a source,high");
    assert_eq!(found, ["1 strengths for 2 drugs"]);
}

#[test]
fn a_number_that_cannot_be_read_is_a_defect() {
    let found = defects_of_line("products.csv", "1,x,sertraline,fifty,immediate,ordinary,7xten,,a source,high");
    assert_eq!(found.len(), 2, "{found:?}");
    let found = defects_of_line("observations.csv", "tsh,loinc,1-1,x,,m[IU]/L,mIU/L=1/0,,9,1,,no,,,,a source,high");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_bad_pattern_is_a_defect() {
    let found = defects_of_line("conditions.csv", "hospice,icd10,^Z(5,regex,,x,,a source,high");
    assert!(found[0].starts_with("the pattern cannot be read"), "{found:?}");
}

#[test]
fn a_limit_that_cannot_be_read_is_a_defect_with_its_row() {
    let row = |applies: &str, trigger: &str, of: &str, limit: &str, effect: &str| {
        defects_of_line(
            "option_limits.csv",
            &format!("x,{applies},{trigger},{of},{limit},365,,{effect},no,what,name,,,text,a source,A,high"),
        )
    };
    assert_eq!(row("drug lithium", "measured", "egfr", "< 30", "remove"), [""; 0]);
    assert!(row("drug lithium", "measured", "egfr", "<30", "remove")[0].contains("is no limit"));
    assert!(row("drug lithum", "measured", "egfr", "< 30", "remove")[0].starts_with("unknown drug"));
    assert!(row("option lithum", "measured", "egfr", "< 30", "remove")[0].starts_with("unknown word"));
    assert!(row("drug lithium", "measurd", "egfr", "< 30", "remove")[0].starts_with("unknown word"));
    assert!(row("drug lithium", "measured", "gfr", "< 30", "remove")[0].starts_with("unknown word"));
    assert!(row("drug lithium", "condition-ever", "kidneys", "", "remove")[0].starts_with("unknown word"));
    assert!(row("drug lithium", "measured", "egfr", "< 30", "cap")[0].starts_with("`cap_mg` is empty"));
}

#[test]
fn a_drug_of_a_class_without_its_row_is_a_defect() {
    let found = defects("option_drugs.csv", |text| text.replace("snri_switch,duloxetine,", "snri_switch,sertraline,"));
    let found: Vec<String> = found.iter().map(Defect::to_string).collect();
    assert!(found.iter().any(|what| what.contains("option_drugs.csv: duloxetine")), "{found:?}");
    assert!(found.iter().any(|what| what.contains("`sertraline` stands once")), "{found:?}");
    let found = defects_of_line("change_over.csv", "snri_switch,ssri,again,a source,high");
    assert!(found[0].contains("stands already"), "{found:?}");
    assert!(defects_of_line("change_over.csv", "snri,any,text,a source,high")[0].starts_with("unknown word"));
}

#[test]
fn a_parameter_outside_its_range_missing_or_unknown_is_a_defect() {
    let found = defects("parameters.csv", |text| text.replace("adequate_min_days,42", "adequate_min_days,20"));
    assert_eq!(found[0].what, "parameter `adequate_min_days` is 20; allowed is 28-84");
    let line = Texts::builtin().text("parameters.csv").lines().position(|line| line.starts_with("adequate_min_days,")).expect("the row");
    assert_eq!(found[0].line, Some(line as u64 + 1));
    let found = defects("parameters.csv", |text| text.replace("max_cards,", "max_card,"));
    let found: Vec<_> = found.into_iter().map(|defect| defect.what).collect();
    assert_eq!(found, ["parameter `max_cards` is missing", "unknown parameter `max_card`"]);
}

#[test]
fn a_row_too_short_and_a_column_missing_are_defects() {
    let found = defects_of_line("names.csv", "Zolly,sertraline");
    assert_eq!(found.len(), 1);
    let found = defects("names.csv", |text| text.replace("name,drug", "name,medicine"));
    assert!(found[0].what.contains("drug"), "{found:?}");
}

#[test]
fn the_rows_of_interactions_are_checked() {
    let found = defects_of_line("maoi_windows.csv", "x,@maos;-phenelzin,class:ssris,14,loud,,no,advice,a source,high");
    let expected = [
        "unknown drug `phenelzin`",
        "unknown word `@maos` in column `first`",
        "unknown word `class:ssris` in column `second`",
        "unknown word `loud` in column `grade`",
    ];
    assert_eq!(found, expected);
    let found = defects_of_line("maoi_windows.csv", "x,@maoi,fluoxetine (tablet),7,critical,7,no,,a source,high");
    assert_eq!(
        found,
        [
            "`advice` is empty",
            "`warn_from_day` (7) is above `the last day before free_days` (6)",
            "unknown word `tablet` in column `second`"
        ]
    );
    let found = defects_of_line("drug_pairs.csv", "x,lithium,sertraline,warning,perhaps,,,a source,high");
    assert_eq!(found, ["`advice` is empty", "`reason` is empty", "unknown word `perhaps` in column `contraindicated`"]);
    let found = defects_of_line("dose_caps.csv", "x,sertraline,many,age>old,,,line,,no,r,,a source,high");
    assert_eq!(found, ["`many` in column `maximum` is not a number that makes sense there", "unknown word `age>old` in column `when`"]);
    assert_eq!(defects_of_line("dose_caps.csv", "x,sertraline,,,,,line,,no,r,,a source,high"), ["`maximum` is empty"]);
    let found = defects_of_line("drug_conditions.csv", "x,lithium,no.group,,often,,line,no,r,,a source,high");
    assert_eq!(found, ["unknown word `no.group` in column `groups`", "unknown word `often` in column `status`"]);
    assert_eq!(defects_of_line("combinations.csv", "lithium,bupropion,,a source,high"), ["`mg_per_unit` is empty"]);
}

#[test]
fn every_defect_is_reported_not_only_the_first() {
    let texts = Texts::builtin()
        .with("names.csv", |text| format!("{text}Zolly,sertralin,a source,high\n"))
        .with("conditions.csv", |text| format!("{text}x,icd10,Q1,exact,,x,,,high\n"));
    let found = load(&texts, None).err().expect("defects");
    assert_eq!(found.iter().map(|defect| defect.file.as_str()).collect::<Vec<_>>(), ["conditions.csv", "conditions.csv", "names.csv"]);
}

#[test]
fn every_defect_of_the_monitoring_schedule_names_its_row() {
    let row = |cells: &str| defects_of_line("monitoring.csv", cells);
    let sound = "x,lithium,,any,TSH,tsh,yes,28±14,90±30,no,,,,yes,,,,source,A";
    assert_eq!(row(sound), [""; 0]);
    assert_eq!(
        row("x,unobtainium,nothing,any,TSH,tsh,yes,,,no,,,,yes,,,,source,A"),
        ["unknown drug `unobtainium`", "unknown word `nothing` in column `classes`"]
    );
    assert_eq!(row(&sound.replace("tsh,yes", "spirit-level,yes")), ["unknown word `spirit-level` in column `observations`"]);
    assert_eq!(row(&sound.replace("90±30", "90±91")), ["`tolerance` (91) is above `repeat` (90)"]);
    assert_eq!(row(&sound.replace("90±30", "90±90")), [""; 0]);
    assert_eq!(row(&sound.replace("28±14", "28±14;28±14")), ["`scheduled (earlier)` (28) is above `scheduled (later)` (28)"]);
    assert_eq!(row(&sound.replace("28±14", "28")), ["`28` in column `scheduled` is not a number that makes sense there"]);
    assert_eq!(row("x,lithium,,any,TSH,tsh,no,,,no,,,,yes,,,,source,A"), ["`baseline, scheduled and repeat` is empty"]);
    assert_eq!(row("x,lithium,,any,TSH,,yes,,,no,,,,yes,,,,source,A"), ["`observations` is empty"]);
    assert_eq!(
        row("x,lithium,,any,TSH,tsh,no,,,no,,,,never,,,,source,A"),
        ["a row that never makes the card has neither observations nor days"]
    );
    assert_eq!(row("x,sertraline,,augmentation,TSH,tsh,yes,,,no,,,,yes,,,,source,A"), ["`sertraline` is no augmenter of the option table"]);
    assert_eq!(row("x,,,any,TSH,tsh,yes,,,no,,,,yes,,,,source,A"), ["`drugs` is empty"]);
    assert_eq!(row("x,lithium,,any,TSH,tsh,yes,,,no,40,asthma,,yes,,,,source,A"), ["unknown word `asthma` in column `or_conditions`"]);
    assert_eq!(row("x,lithium,,any,TSH,tsh,yes,,,no,,hospice,,yes,,,,source,A"), ["`age_from` is empty"]);
    assert_eq!(row("x,lithium,,any,TSH,tsh,yes,,,no,,,,yes,2,,,source,A"), ["`repeat` is empty"]);
    assert_eq!(row("x,lithium,,any,TSH,tsh,yes,,,no,,,,yes,,,,source,E"), ["unknown word `E` in column `grade`"]);
    assert_eq!(row("sodium,lithium,,any,TSH,tsh,yes,,,no,,,,yes,,,,source,A").len(), 1);
    assert_eq!(row("x,lithium,,any,TSH,tsh,yes,,,no,,,,yes,,,,,A"), ["`source` is empty"]);
}

#[test]
fn every_defect_of_the_symptom_hints_names_its_row() {
    let row = |cells: &str| defects_of_line("symptom_hints.csv", cells);
    assert_eq!(row("x,1;4,,,,,bupropion,favours,why,,source,C"), [""; 0]);
    assert_eq!(row("x,10,,,,,bupropion,favours,why,,source,C"), ["`10` in column `all_items` is not a number that makes sense there"]);
    assert_eq!(row("x,1,,,,,unobtainium,favours,why,,source,C"), ["unknown drug `unobtainium`"]);
    assert_eq!(row("x,,,,,,bupropion,favours,why,,source,C"), ["`items, condition and recorded_words` is empty"]);
    assert_eq!(row("x,1,,up,,,bupropion,favours,why,,source,C"), ["unknown word `up` in column `weight`"]);
    assert_eq!(row("x,1,,,pain,,bupropion,favours,why,,source,C"), ["unknown word `pain` in column `condition`"]);
    assert_eq!(row("x,1,,,,,bupropion,likes,why,,source,C"), ["unknown word `likes` in column `effect`"]);
    assert_eq!(row("pain,1,,,,,bupropion,favours,why,,source,C"), ["`pain` stands already in an earlier row"]);
}

#[test]
fn a_minimum_of_a_form_above_its_maximum_and_a_drug_outside_the_dose_table_are_defects() {
    let row = |cells: &str| defects_of_line("dose_by_form.csv", &format!("{cells},a source,high"));
    assert_eq!(row("venlafaxine,extended-release,minimum,225"), [""; 0]);
    assert_eq!(row("venlafaxine,extended-release,minimum,226"), ["`mg` (226) is above `maximum of the form` (225)"]);
    assert_eq!(row("lithium,immediate,maximum,900"), ["unknown drug `lithium (not in the dose table)`"]);
}

#[test]
fn only_icd_10_has_rows_for_all_codes_that_begin_alike() {
    let row = |system: &str, code: &str| defects_of_line("conditions.csv", &format!("hospice,{system},{code},prefix,,x,,a source,high"));
    assert_eq!(row("icd10", "Q99"), [""; 0]);
    assert_eq!(row("snomed", "999999991"), ["unknown word `prefix for snomed` in column `match`"]);
}

#[test]
fn free_days_are_none_or_more_and_a_warning_begins_before_their_end() {
    let row = |free: &str, warn: &str| {
        defects_of_line("maoi_windows.csv", &format!("x,@maoi,fluoxetine,{free},critical,{warn},no,advice,a source,high"))
    };
    assert_eq!((row("0", ""), row("7", "6")), (vec![], vec![]));
    assert_eq!(row("-1", ""), ["`-1` in column `free_days` is not a number that makes sense there"]);
    assert_eq!(row("7", "9"), ["`warn_from_day` (9) is above `the last day before free_days` (6)"]);
}

#[test]
fn a_limit_names_what_it_bears_on_by_a_word_of_the_tables() {
    let row = |applies: &str| {
        defects_of_line("option_limits.csv", &format!("x,{applies},measured,egfr,< 30,365,,remove,no,what,name,,,text,a source,A,high"))
    };
    for known in ["drugs", "family antipsychotic", "class ssri", "kind switch"] {
        assert_eq!(row(known), [""; 0], "{known}");
    }
    for unknown in ["drugs lithium", "family vegetable", "class ssris", "kind swap"] {
        assert_eq!(row(unknown), [format!("unknown word `{unknown}` in column `applies_to`")], "{unknown}");
    }
}

#[test]
fn a_scheduled_day_may_have_no_tolerance_and_stands_after_the_one_before_it() {
    let row =
        |scheduled: &str| defects_of_line("monitoring.csv", &format!("x,lithium,,any,TSH,tsh,yes,{scheduled},,no,,,,yes,,,,source,A"));
    assert_eq!((row("0±0"), row("28±0;29±0")), (vec![], vec![]));
    assert_eq!(row("28±-1"), ["`28±-1` in column `scheduled` is not a number that makes sense there"]);
    assert_eq!(row("28±14;21±14"), ["`scheduled (earlier)` (28) is above `scheduled (later)` (21)"]);
}

#[test]
fn the_range_of_an_observation_may_be_one_value_and_a_conversion_is_above_zero() {
    let row = |conversion: &str, from: &str, to: &str| {
        defects_of_line("observations.csv", &format!("tsh,loinc,1-1,x,,m[IU]/L,mIU/L={conversion},,{from},{to},,no,,,,a source,high"))
    };
    assert_eq!(row("1", "9", "9"), [""; 0]);
    assert_eq!(row("1", "9", "8"), ["`plausible_from` (9) is above `plausible_to` (8)"]);
    for none in ["0", "-1", "0/2", "1/0"] {
        assert_eq!(row(none, "1", "9").len(), 1, "{none}");
    }
}

#[test]
fn a_day_of_a_pack_stands_for_one_day_or_more() {
    let row = |pack: &str| defects_of_line("products.csv", &format!("999999991,x,vilazodone,10,immediate,ordinary,{pack},,a source,high"));
    assert_eq!(row("1x10 7x20"), [""; 0]);
    assert_eq!(row("7x10 0x20"), ["`0x20` in column `pack` is not a number that makes sense there"]);
}

#[test]
fn a_steroid_is_stronger_than_nothing_and_stands_once() {
    let row = |cells: &str| defects_of_line("steroid_equivalents.csv", &format!("{cells},a source,high"));
    assert_eq!(row("levothyroxine,0.001"), [""; 0]);
    assert_eq!(row("levothyroxine,0"), ["`0` in column `mg` is not a number that makes sense there"]);
    assert_eq!(row("prednisone,5"), ["`prednisone` stands already in an earlier row"]);
}

#[test]
fn ranges_of_one_item_of_the_staging_that_share_a_value_are_a_defect() {
    let row = |cells: &str| defects_of_line("staging.csv", &format!("{cells},1,,unit,a source,high"));
    assert_eq!((row("severity,3,4"), row("severity,28,30"), row("code-severity,,").len()), (vec![], vec![], 1));
    for (from, to) in [(4, 5), (27, 30), (6, 7), (3, 30)] {
        assert_eq!(row(&format!("severity,{from},{to}")), [format!("`severity {from}` stands already in an earlier row")]);
    }
}

#[test]
fn an_option_names_levels_of_care_of_the_table() {
    let found = defects("options.csv", |text| text.replace("ect_service", "ect_services"));
    assert!(!found.is_empty() && found.iter().all(|defect| defect.what == "unknown care level `ect_services`"), "{found:?}");
}

#[test]
fn a_table_without_a_column_for_its_sources_is_a_defect() {
    let found = defects("names.csv", |text| text.replace("name,drug,source", "name,drug,origin"));
    assert!(found.iter().any(|defect| defect.what == "the table has no column `source`"), "{found:?}");
}
