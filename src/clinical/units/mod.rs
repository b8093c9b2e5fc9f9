//! Values that cannot be wrong: days, spans, doses, codes, names of drugs, references to records.
//!
//! Parsed once, at the border, and passed on. Nothing here knows a drug, a rule or a wire format.

mod code;
mod day;
mod dose;
mod group;
mod ingredient;
mod instrument;
mod meaning;
mod product;
mod source;

pub use code::{Code, System};
pub use day::{Day, Days, Moment, Span, When};
pub use dose::{DailyDose, Strength};
pub use group::{ConditionGroup, DrugGroup, GroupSet, UnknownWord};
pub use ingredient::Ingredient;
pub use instrument::Instrument;
pub use meaning::Meaning;
pub use product::{Form, PackDay, ProductUse};
pub use source::SourceRef;
