mod unverified;

use super::*;
use crate::clinical::knowledge::{DoseProfile, OptionKind, Percent, TrialUse};
use crate::clinical::units::{Code, DailyDose, DrugGroup, Form, Ingredient, PackDay, ProductUse, Strength, System};

fn drug(name: &str) -> Ingredient {
    builtin().ingredient_named(name).unwrap_or_else(|| panic!("no drug {name}"))
}

fn mg(mg: f64) -> Option<DailyDose> {
    DailyDose::from_mg(mg)
}

/// The defects after a change to one table.
fn defects(file: &str, change: impl Fn(&str) -> String) -> Vec<Defect> {
    load(&Texts::builtin().with(file, change), None).err().unwrap_or_default()
}

/// The defects after adding one line to a table: each of them has to name that line.
fn defects_of_line(file: &str, line: &str) -> Vec<String> {
    let found = defects(file, |text| format!("{text}{line}\n"));
    let last = Texts::builtin().text(file).lines().count() as u64 + 1;
    for defect in &found {
        assert_eq!((defect.file.as_str(), defect.line), (file, Some(last)), "{defect}");
    }
    found.into_iter().map(|defect| defect.what).collect()
}

fn with_site(content: &str) -> Result<Knowledge, Vec<Defect>> {
    load(&Texts::builtin(), Some(&SiteFile { name: "site.toml".to_owned(), content: content.to_owned() }))
}

#[test]
fn the_projects_own_tables_have_no_defect() {
    if let Err(defects) = load(&Texts::builtin(), None) {
        let defects: Vec<_> = defects.iter().map(Defect::to_string).collect();
        panic!("{} defects:\n{}", defects.len(), defects.join("\n"));
    }
    assert_eq!(builtin().version(), "2026.11.0");
    assert_eq!(builtin().sha256().len(), 64);
    assert!(builtin().site_changes().is_empty());
}

#[test]
fn minima_are_those_of_the_rules() {
    let minimum = |name| builtin().antidepressant(drug(name)).and_then(|row| row.minimum);
    assert_eq!(minimum("sertraline"), mg(50.0));
    assert_eq!(minimum("venlafaxine"), mg(150.0));
    assert_eq!(minimum("fluvoxamine"), mg(100.0));
    assert_eq!(minimum("vilazodone"), mg(20.0));
    assert_eq!(minimum("dextromethorphan-bupropion"), mg(2.0));
    assert_eq!(minimum("brexanolone"), None);
    let paroxetine = builtin().antidepressant(drug("paroxetine")).expect("a row");
    assert_eq!(paroxetine.minimum(Form::ExtendedRelease), mg(25.0));
    assert_eq!(paroxetine.minimum(Form::Immediate), mg(20.0));
}

#[test]
fn a_dose_under_the_floor_is_no_trial() {
    let floor = |name| builtin().antidepressant(drug(name)).and_then(|row| row.floor);
    assert_eq!(floor("trazodone"), mg(150.0));
    assert_eq!(floor("nortriptyline"), mg(50.0));
    assert!(floor("mirtazapine") > mg(7.5) && floor("mirtazapine") <= mg(15.0));
    assert_eq!(floor("sertraline"), None);
}

#[test]
fn what_a_drug_counts_as_is_in_its_row() {
    let counts = |name| builtin().antidepressant(drug(name)).map(|row| row.trial_use);
    assert_eq!(counts("sertraline"), Some(TrialUse::Trial));
    assert_eq!(counts("milnacipran"), Some(TrialUse::WithDepressionCode));
    assert_eq!(counts("esketamine"), Some(TrialUse::Course));
    assert_eq!(counts("quetiapine"), Some(TrialUse::Augmentation));
    assert_eq!(counts("zuranolone"), Some(TrialUse::Never));
    assert_eq!(counts("lithium"), None);
    let fluoxetine = builtin().antidepressant(drug("fluoxetine")).expect("a row");
    assert_eq!(fluoxetine.clock_reset_gap, Some(35));
    assert_eq!(fluoxetine.class, "ssri");
}

#[test]
fn one_drug_is_one_ingredient_whatever_its_code() {
    let of = |code| builtin().ingredient(Code { system: System::RxNorm, code });
    for code in ["6448", "42351", "52105"] {
        assert_eq!(of(code), Some(drug("lithium")), "{code}");
    }
    for code in ["40254", "11118", "266856"] {
        assert_eq!(of(code), Some(drug("valproate")), "{code}");
    }
    assert_eq!(of("9639").map(Ingredient::name), Some("selegiline"));
    assert_eq!(of("51272").map(Ingredient::name), Some("quetiapine"));
    assert_eq!(builtin().rxnorm(drug("lithium")), Some("6448"));
    assert_eq!(builtin().ingredient(Code { system: System::Atc, code: "n06ab06" }), Some(drug("sertraline")));
    assert!(builtin().is_relevant_class(Code { system: System::Atc, code: "N06AX99" }));
    assert!(!builtin().is_relevant_class(Code { system: System::Atc, code: "C09AA01" }));
}

#[test]
fn names_stand_for_their_drugs() {
    let names = |text: &str| builtin().names_in(text).into_iter().map(|found| found.ingredient.name()).collect::<Vec<_>>();
    assert_eq!(names("Zoloft 50mg"), ["sertraline"]);
    assert_eq!(names("dextromethorphan-bupropion"), ["dextromethorphan-bupropion"]);
    let tablet = "bupropion hydrochloride 105 MG / dextromethorphan hydrobromide 45 MG Extended Release Oral Tablet [Auvelity]";
    assert_eq!(names(tablet), ["dextromethorphan-bupropion"]);
    assert_eq!(names(&tablet.replace(" [Auvelity]", "")), ["dextromethorphan-bupropion"]);
    assert_eq!(names("notsertraline"), [""; 0]);
    assert_eq!(names("Auvelity"), ["dextromethorphan-bupropion"]);
    assert_eq!(names("Symbyax 6/25"), ["fluoxetine", "olanzapine"]);
    assert_eq!(names("was on VENLAFAXINE, then Lithobid"), ["venlafaxine", "lithium"]);
    assert_eq!(names("Saint John's wort"), ["st john's wort"]);
    assert_eq!(builtin().ingredient_named(" ZOLOFT "), Some(drug("sertraline")));
    assert_eq!(builtin().ingredient_named("Zoloft 50mg"), None);
}

#[test]
fn products_have_strength_form_and_use() {
    let product = |code| builtin().product(code).unwrap_or_else(|| panic!("no product {code}"));
    let components =
        |code| product(code).components.iter().map(|(drug, strength)| (drug.name(), strength.map(Strength::mg))).collect::<Vec<_>>();
    assert_eq!(components("993567"), [("bupropion", Some(300.0))]);
    assert_eq!(components("2611260"), [("dextromethorphan-bupropion", Some(1.0))]);
    assert_eq!(components("403969"), [("fluoxetine", Some(25.0)), ("olanzapine", Some(6.0))]);
    assert_eq!((product("313995").form, components("313995")), (Form::Weekly, vec![("fluoxetine", Some(20.0))]));
    assert_eq!((product("865206").form, components("865206")), (Form::Patch, vec![("selegiline", Some(6.0))]));
    for code in ["966787", "859186", "859190", "859193", "1801289", "1551468", "1430122", "846386", "859192"] {
        assert_eq!(product(code).product_use, ProductUse::NeverATrial, "{code}");
    }
    assert_eq!(product("2532159").product_use, ProductUse::NeedsDepressionCode);
    let pack: Vec<_> = product("1086789").pack.iter().map(|PackDay { days, dose }| (*days, dose.mg())).collect();
    assert_eq!(pack, [(7, 10.0), (7, 20.0), (16, 40.0)]);
}

#[test]
fn the_name_of_a_product_may_tell_its_use() {
    let counts = |name, text| builtin().product_use_in(drug(name), text);
    assert_eq!(counts("bupropion", "Zyban 150 mg"), ProductUse::NeverATrial);
    assert_eq!(counts("bupropion", "bupropion hydrochloride 90 MG / naltrexone hydrochloride 8 MG"), ProductUse::NeverATrial);
    assert_eq!(counts("bupropion", "Wellbutrin XL 300"), ProductUse::Ordinary);
    assert_eq!(counts("fluoxetine", "PMDD fluoxetine 20 MG"), ProductUse::NeedsDepressionCode);
    assert_eq!(counts("naltrexone", "bupropion / naltrexone"), ProductUse::Ordinary);
}

#[test]
fn augmenters_have_a_minimum_at_dose() {
    for row in builtin().options().iter().filter(|row| row.kind == OptionKind::Augmentation) {
        assert!(row.augmentation_minimum.is_some(), "{}", row.id);
    }
    assert_eq!(builtin().augmentation_minimum(drug("liothyronine")), mg(0.025));
    assert_eq!(builtin().augmentation_minimum(drug("lithium")), mg(600.0));
    assert!(builtin().is_augmenter(drug("olanzapine")));
    assert!(!builtin().is_augmenter(drug("fluoxetine")) && !builtin().is_augmenter(drug("bupropion")));
    assert!(builtin().in_group(drug("valproate"), DrugGroup::MoodStabiliser));
    assert_eq!(builtin().care_levels().first().map(|level| level.id), Some("emergency"));
}

#[test]
fn words_that_look_relevant_begin_a_word() {
    assert!(builtin().looks_relevant("Depressive disorder NOS"));
    assert!(builtin().looks_relevant("history of hypomania"));
    assert!(!builtin().looks_relevant("sprained ankle"));
    assert!(!builtin().looks_relevant("antidepressed"));
}

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
fn what_a_card_shows_of_an_option_carries_no_mark_of_its_source() {
    let country = builtin().parameters().country;
    for row in builtin().options() {
        let talk = row.talk.map(|talk| [talk.time_to_effect, talk.visits_and_tests, talk.people_stop_for, talk.cost_and_access]);
        let texts = [row.guideline, row.evidence, row.overdose_note, row.review_and_stop, row.name].into_iter();
        let drugs = row.ingredients.iter().flat_map(|drug| row.start(Some(*drug)).into_iter().chain(row.titration(Some(*drug))));
        for text in texts.chain(talk.into_iter().flatten()).chain(drugs).chain(row.change_over(None)).chain(row.label(country)) {
            for mark in ["(memory", "verified", "proposal", "stored", ".csv", "rules.md"] {
                assert!(!text.contains(mark), "{}: {text}", row.id);
            }
        }
    }
}

#[test]
fn the_narrowest_change_over_holds() {
    let row = builtin().options().iter().find(|row| row.id == "snri_switch").expect("a row");
    let from = |name| row.change_over(builtin().antidepressant(drug(name))).expect("a change-over");
    assert!(from("sertraline").starts_with("direct or short cross-taper"));
    assert_eq!(from("fluoxetine"), "stop, wait 4-7 days, start low");
    assert_eq!(from("bupropion"), "cross-taper");
    assert_eq!(from("tranylcypromine"), "14 free days after the MAO inhibitor");
    assert_eq!(from("vortioxetine"), "taper, then start low");
    assert_eq!(row.change_over(None), Some("taper, then start low"));
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
fn the_document_has_every_table() {
    let text = builtin().to_markdown();
    for word in
        ["# Trialwise", "2026.11.0", builtin().sha256(), "| adequate_min_days | 42 |", "| 1801289 |", "| 370143000 |", "Care levels"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(text.contains("weight+BMI\\|29463-7"));
}

#[test]
fn the_document_names_sources_that_a_clinician_can_look_up_and_no_working_files() {
    let text = builtin().to_markdown();
    let named = |line: &str| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c)).collect();
        let file = |word: &&str| ["txt", "csv"].iter().any(|end| word.rsplit_once('.').is_some_and(|(_, ending)| ending == *end));
        let ours = ["seed", "find_string", "rxnorm_products"].iter().any(|own| words.iter().any(|word| word.eq_ignore_ascii_case(own)));
        ours || words.iter().any(file) || line.contains("review 20") || line.contains("review F")
    };
    let found: Vec<&str> = text.lines().filter(|line| named(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// 92 ms in an unoptimised build on two shared cores (November 2026).
#[test]
#[ignore = "prints how long loading takes"]
fn loading_takes() {
    let start = std::time::Instant::now();
    assert!(load(&Texts::builtin(), None).is_ok());
    println!("{:?}", start.elapsed());
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
fn classes_of_the_schedule_stand_for_their_drugs() {
    let row = |id: &str| builtin().monitoring().iter().find(|row| row.id == id).unwrap_or_else(|| panic!("no row {id}"));
    let sodium = row("sodium");
    assert!(sodium.drugs.contains(&drug("sertraline")) && sodium.drugs.contains(&drug("duloxetine")));
    assert!(!sodium.drugs.contains(&drug("vilazodone")) && !sodium.drugs.contains(&drug("vortioxetine")));
    assert!(row("blood-pressure").drugs.contains(&drug("levomilnacipran")));
    assert_eq!(builtin().unit_of(crate::clinical::units::Instrument::LithiumLevel), "mmol/L");
    let shown = builtin().to_markdown();
    assert!(shown.contains("## Monitoring schedule") && shown.contains("| lithium-level |") && shown.contains("6±1"));
    assert!(shown.contains("## Symptom hints") && shown.contains("| anhedonia-fatigue |"));
}
