//! Growth as a picture: both axes by powers of ten, so that a straight cost is a straight line at the slope of the dashed one.

use std::path::Path;

use plotters::prelude::{ChartBuilder, IntoDrawingArea, IntoLogRange, LineSeries, RGBColor, SVGBackend, ShapeStyle, TRANSPARENT, WHITE};
use plotters::series::DashedLineSeries;

use crate::growth::Curve;

const LINE: RGBColor = RGBColor(31, 78, 121);
const REFERENCE: RGBColor = RGBColor(150, 150, 150);

/// Draws one curve into a file.
pub fn draw(curve: &Curve, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let points: Vec<(f64, f64)> = curve.points.iter().map(|(count, time)| (*count as f64, *time)).collect();
    let (first, last) = (points[0], points[points.len() - 1]);
    let lowest = points.iter().map(|(_, time)| *time).fold(f64::INFINITY, f64::min);
    let area = SVGBackend::new(file, (720, 440)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .caption(format!("Processor time of an answer by {}; dashed: straight", curve.what), ("sans-serif", 18))
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((first.0..last.0).log_scale(), (lowest / 2.0..last.1 * 2.0).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc(curve.what)
        .y_desc("milliseconds")
        .x_label_formatter(&|count| format!("{count:.0}"))
        .draw()?;
    // What a cost without any fixed part would be that ends where the measured one does.
    let straight = points.iter().map(|(count, _)| (*count, last.1 * count / last.0)).filter(|(_, time)| *time >= lowest / 2.0);
    let stroke = |color: RGBColor, width| ShapeStyle { color: color.into(), filled: false, stroke_width: width };
    chart.draw_series(DashedLineSeries::new(straight, 6, 4, stroke(REFERENCE, 1)))?;
    chart.draw_series(LineSeries::new(points, stroke(LINE, 2)).point_size(3))?;
    area.present()?;
    Ok(())
}
