//! When a prescriber is spoken to.

/// What the prescriber is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A chart was opened, or a record is judged without any hook.
    ChartOpened,
    /// Orders are being chosen: still drafts, changed at every edit.
    OrderSelected,
    /// Orders are being signed.
    OrderSigned,
}

impl Occasion {
    /// The occasion of a hook of CDS Hooks; whatever is not about orders is about the chart.
    pub fn of_hook(hook: &str) -> Occasion {
        match hook {
            "order-select" => Occasion::OrderSelected,
            "order-sign" => Occasion::OrderSigned,
            _ => Occasion::ChartOpened,
        }
    }

    /// The name of the hook, as in the `hooks` of a `card.toml`.
    pub const fn hook(self) -> &'static str {
        match self {
            Occasion::ChartOpened => "patient-view",
            Occasion::OrderSelected => "order-select",
            Occasion::OrderSigned => "order-sign",
        }
    }

    /// Whether only what bears on the draft orders may be said.
    pub const fn is_order(self) -> bool {
        match self {
            Occasion::ChartOpened => false,
            Occasion::OrderSelected | Occasion::OrderSigned => true,
        }
    }
}
