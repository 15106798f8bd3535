//! Photos, drawn anew: upright, no larger than a page needs, and without what a camera writes beside the picture (place, time, owner).

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
};

use super::Kind;

/// The longest side of what is kept, in dots.
const LONGEST: u32 = 2048;
/// The longest side of the small picture.
const SMALL: u32 = 480;
/// The most dots of what is sent: the largest that phones take.
const MOST_DOTS: u64 = 52_000_000;
/// The most memory of a picture that was unpacked.
const MOST_MEMORY: u64 = 220 * 1024 * 1024;
/// A PNG above this is a photo, which is far smaller as JPEG.
const LARGE_PNG: usize = 1_500_000;

/// A photo that was drawn anew.
#[derive(Debug)]
pub(super) struct Photo {
    pub kind: Kind,
    pub content: Vec<u8>,
    pub small: Vec<u8>,
    pub size: (i32, i32),
}

/// Why a photo was not drawn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has more dots than are opened.
    Large,
    /// It says more of each dot than there is memory for.
    Deep,
    Broken,
}

impl Unread {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Large => format!(
                "has too many dots to be opened: {} million are the most. Could you send a smaller one?",
                MOST_DOTS / 1_000_000
            ),
            Self::Deep => {
                "keeps 16 bits of each colour, which is too much to be opened at its size. Please save it as JPEG.".to_owned()
            }
            Self::Broken => {
                "can’t be opened as a photo; part of it may be missing. Could you open it, and save it once more?".to_owned()
            }
        }
    }
}

/// Draws a photo anew.
pub(super) fn drawn(content: &[u8], format: ImageFormat) -> Result<Photo, Unread> {
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unread(&error))?;
    let (width, height) = decoder.dimensions();
    // What it says of itself is measured before anything is unpacked.
    if u64::from(width) * u64::from(height) > MOST_DOTS {
        return Err(Unread::Large);
    }
    // With eight bits of each colour, as many dots fit.
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(Unread::Deep);
    }
    let turn = decoder.orientation().map_err(|error| unread(&error))?;
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| unread(&error))?;
    let mut picture = if width.max(height) > LONGEST { whole.thumbnail(LONGEST, LONGEST) } else { whole };
    picture.apply_orientation(turn);
    let (width, height) = (picture.width(), picture.height());
    let small = if width.max(height) > SMALL { picture.thumbnail(SMALL, SMALL) } else { picture.clone() };
    let small = as_jpeg(&opaque(&small), 75)?;
    let png = if format == ImageFormat::Png { Some(as_png(&picture)?) } else { None };
    let (kind, content) = match png {
        Some(png) if png.len() <= LARGE_PNG => (Kind::Png, png),
        _ => (Kind::Jpeg, as_jpeg(&opaque(&picture), 84)?),
    };
    let size = (i32::try_from(width).unwrap_or(i32::MAX), i32::try_from(height).unwrap_or(i32::MAX));
    Ok(Photo { kind, content, small, size })
}

fn unread(error: &image::ImageError) -> Unread {
    match error {
        image::ImageError::Limits(_) => Unread::Large,
        _ => Unread::Broken,
    }
}

/// The picture on white, where one could see through it.
fn opaque(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, cover] = seen.get_pixel(x, y).0;
        let on_white = |colour: u8| {
            let (colour, cover) = (u32::from(colour), u32::from(cover));
            u8::try_from((colour * cover + 255 * (255 - cover)) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([on_white(red), on_white(green), on_white(blue)])
    })
}

fn as_jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Unread> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).map_err(|_| Unread::Broken)?;
    Ok(out)
}

fn as_png(picture: &DynamicImage) -> Result<Vec<u8>, Unread> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|_| Unread::Broken)?;
    Ok(out)
}

/// Width and height of the small picture of a photo of that size.
pub(super) fn small_size((width, height): (i32, i32)) -> (i32, i32) {
    let most = i32::try_from(SMALL).unwrap_or(i32::MAX);
    let longest = width.max(height).max(1);
    if longest <= most {
        return (width, height);
    }
    let scaled = |side: i32| i32::try_from((i64::from(side) * i64::from(most) + i64::from(longest) / 2) / i64::from(longest));
    (scaled(width).unwrap_or(1).max(1), scaled(height).unwrap_or(1).max(1))
}
