//! All rows of all tables in a form that either engine can take in: a line of JSON for each row, each value with its type.
//!
//! `null`, `true`, `12` and `"text"` stand for themselves. What JSON has no type for is an object of one letter: `{"r":"1.5"}` a number
//! with a fraction, `{"b":"…"}` bytes in base64, `{"u":"…"}` a UUID, `{"t":"…"}` an instant, `{"d":"…"}` a day. SQLite keeps instants and
//! days as text and UUIDs as bytes, and says so; the column that takes a value in decides what becomes of it.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use futures_util::StreamExt;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, QueryResult, Statement, StreamTrait, Value as Bound};
use serde_json::{Value, json};
use sqlx::{Row, TypeInfo, ValueRef};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{ConnectionTrait, Engine, exec, rows, scalar};

/// Rows are handed on in pieces of about this size.
const PIECE_BYTES: usize = 1 << 20;

/// A table as the database itself describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns' names, in order.
    pub columns: Vec<String>,
    kinds: Vec<Kind>,
    key: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// SQLite: each value brings its own type.
    Any,
    Text,
    Uuid,
    Instant,
    Day,
    Bool,
    Bytes,
    Small,
    Whole,
    Long,
    Real,
}

impl Kind {
    fn of(written: &str) -> Option<Self> {
        Some(match written {
            "text" | "character varying" => Self::Text,
            "uuid" => Self::Uuid,
            "timestamp with time zone" => Self::Instant,
            "date" => Self::Day,
            "boolean" => Self::Bool,
            "bytea" => Self::Bytes,
            "smallint" => Self::Small,
            "integer" => Self::Whole,
            "bigint" => Self::Long,
            "double precision" => Self::Real,
            _ => return None,
        })
    }
}

#[derive(crate::db::FromQueryResult)]
struct Named {
    name: String,
}

#[derive(crate::db::FromQueryResult)]
struct ColumnRow {
    name: String,
    written: String,
    in_key: i32,
}

/// All tables with rows of ours, by name; indexes for search are made anew from them and left out.
///
/// # Errors
/// The database's own, also when a column has a type that no backup knows.
pub async fn tables(on: &impl ConnectionTrait, engine: Engine) -> Result<Vec<Table>, DbErr> {
    let (names, columns) = match engine {
        Engine::Sqlite => (
            "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
            "select name, 'any' as written, pk as in_key from pragma_table_xinfo($1) where hidden = 0 order by cid",
        ),
        Engine::Postgres => (
            "select cast(c.relname as text) as name from pg_class c where c.relkind = 'r' and c.relnamespace = cast(current_schema() as regnamespace)
             order by c.relname collate \"C\"",
            "select cast(a.attname as text) as name, format_type(a.atttypid, null) as written,
                    coalesce(array_position(cast(i.indkey as smallint[]), a.attnum) + 1, 0) as in_key
             from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
             where a.attrelid = cast(quote_ident($1) as regclass) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             order by a.attnum",
        ),
    };
    let mut tables = Vec::new();
    for Named { name } in rows::<Named>(on, names, vec![]).await? {
        let mut found = rows::<ColumnRow>(on, columns, vec![name.clone().into()]).await?;
        let mut kinds = Vec::new();
        for column in &found {
            kinds.push(match engine {
                Engine::Sqlite => Kind::Any,
                Engine::Postgres => Kind::of(&column.written).ok_or_else(|| {
                    DbErr::Custom(format!("{name}.{} is of type {}, which no backup knows", column.name, column.written))
                })?,
            });
        }
        let columns = found.iter().map(|column| column.name.clone()).collect();
        found.retain(|column| column.in_key > 0);
        found.sort_by_key(|column| column.in_key);
        let key = found.into_iter().map(|column| column.name).collect();
        tables.push(Table { name, columns, kinds, key });
    }
    Ok(tables)
}

/// Whether nothing is in the database yet.
///
/// # Errors
/// The database's own.
pub async fn is_empty(on: &impl ConnectionTrait, engine: Engine) -> Result<bool, DbErr> {
    let sql = match engine {
        Engine::Sqlite => "select count(*) from sqlite_schema",
        Engine::Postgres => "select count(*) from pg_class where relnamespace = cast(current_schema() as regnamespace)",
    };
    Ok(scalar::<i64>(on, sql, vec![]).await? == Some(0))
}

/// Reads all rows of a table in the order of its key and hands them on, in pieces of whole lines; answers their number.
///
/// # Errors
/// The database's own, and when nobody takes the pieces any more.
pub async fn read(from: &DatabaseTransaction, table: &Table, pieces: &mpsc::Sender<Vec<u8>>) -> Result<u64, DbErr> {
    let backend = sea_orm::ConnectionTrait::get_database_backend(from);
    let sqlite = from.engine() == Engine::Sqlite;
    // The order of bytes, whatever a server's language is.
    let ordered = |name: &String| {
        let is_text = table.columns.iter().zip(&table.kinds).any(|(column, kind)| column == name && *kind == Kind::Text);
        format!("{}{}", quoted(name), if is_text { " collate \"C\"" } else { "" })
    };
    let order = match (table.key.is_empty(), sqlite) {
        (true, true) => "rowid".to_owned(),
        (true, false) => table.columns.iter().map(ordered).collect::<Vec<_>>().join(", "),
        (false, _) => table.key.iter().map(ordered).collect::<Vec<_>>().join(", "),
    };
    let columns = table.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let sql = format!("select {columns} from {} order by {order}", quoted(&table.name));
    let mut stream = from.stream_raw(Statement::from_string(backend, sql)).await?;
    let (mut piece, mut count) = (Vec::with_capacity(PIECE_BYTES + 4096), 0);
    let gone = |_| DbErr::Custom("nobody takes the rows any more".to_owned());
    while let Some(row) = stream.next().await {
        let row = row?;
        let mut line = Vec::with_capacity(table.columns.len());
        for (place, kind) in table.kinds.iter().enumerate() {
            line.push(match kind {
                Kind::Any => of_sqlite(&row, place)?,
                kind => of_postgres(&row, place, *kind)?,
            });
        }
        serde_json::to_writer(&mut piece, &line).map_err(|error| DbErr::Custom(error.to_string()))?;
        piece.push(b'\n');
        count += 1;
        if piece.len() >= PIECE_BYTES {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE_BYTES + 4096));
            pieces.send(full).await.map_err(gone)?;
        }
    }
    if !piece.is_empty() {
        pieces.send(piece).await.map_err(gone)?;
    }
    Ok(count)
}

fn of_sqlite(row: &QueryResult, place: usize) -> Result<Value, DbErr> {
    let refused = |error: sqlx::Error| DbErr::Type(error.to_string());
    let row = row.try_as_sqlite_row().ok_or_else(|| DbErr::Type("a row of another engine".to_owned()))?;
    let value = row.try_get_raw(place).map_err(refused)?;
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(match value.type_info().name() {
        "INTEGER" => json!(row.try_get_unchecked::<i64, _>(place).map_err(refused)?),
        "REAL" => json!({ "r": row.try_get_unchecked::<f64, _>(place).map_err(refused)?.to_string() }),
        "BLOB" => json!({ "b": BASE64.encode(row.try_get_unchecked::<Vec<u8>, _>(place).map_err(refused)?) }),
        _ => Value::String(row.try_get_unchecked::<String, _>(place).map_err(refused)?),
    })
}

fn of_postgres(row: &QueryResult, place: usize, kind: Kind) -> Result<Value, DbErr> {
    let value = match kind {
        Kind::Any | Kind::Text => row.try_get_by_index::<Option<String>>(place)?.map(Value::String),
        Kind::Uuid => row.try_get_by_index::<Option<Uuid>>(place)?.map(|id| json!({ "u": id.to_string() })),
        Kind::Instant => row
            .try_get_by_index::<Option<DateTime<Utc>>>(place)?
            .map(|at| json!({ "t": at.to_rfc3339_opts(SecondsFormat::AutoSi, true) })),
        Kind::Day => row.try_get_by_index::<Option<NaiveDate>>(place)?.map(|day| json!({ "d": day.to_string() })),
        Kind::Bool => row.try_get_by_index::<Option<bool>>(place)?.map(Value::Bool),
        Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(place)?.map(|bytes| json!({ "b": BASE64.encode(bytes) })),
        Kind::Small => row.try_get_by_index::<Option<i16>>(place)?.map(Value::from),
        Kind::Whole => row.try_get_by_index::<Option<i32>>(place)?.map(Value::from),
        Kind::Long => row.try_get_by_index::<Option<i64>>(place)?.map(Value::from),
        Kind::Real => row.try_get_by_index::<Option<f64>>(place)?.map(|number| json!({ "r": number.to_string() })),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// Puts lines into a table; `columns` names what stands in them, in order.
///
/// # Errors
/// A sentence that names the table and the line's place when a value does not fit; the database's own.
pub async fn write(into: &DatabaseTransaction, table: &Table, columns: &[String], lines: &[u8]) -> Result<u64, DbErr> {
    let kinds: Vec<Kind> = columns
        .iter()
        .map(|name| {
            let found = table.columns.iter().position(|column| column == name).and_then(|place| table.kinds.get(place));
            found.copied().ok_or_else(|| DbErr::Custom(format!("the table {} has no column {name}", table.name)))
        })
        .collect::<Result<_, _>>()?;
    let names = columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    // SQLite looks parameters up one after the other, so that long statements cost more than many.
    let is_sqlite = into.engine() == Engine::Sqlite;
    let at_once = (if is_sqlite { 200 } else { 4000 } / columns.len().max(1)).clamp(1, 500);
    let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    for group in lines.chunks(at_once) {
        let mut params = Vec::with_capacity(group.len() * columns.len());
        for line in group {
            let values: Vec<Value> =
                serde_json::from_slice(line).map_err(|error| DbErr::Custom(format!("{}: {error}", table.name)))?;
            if values.len() != columns.len() {
                return Err(DbErr::Custom(format!(
                    "a row of {} has {} values for {} columns",
                    table.name,
                    values.len(),
                    columns.len()
                )));
            }
            for ((value, kind), column) in values.into_iter().zip(&kinds).zip(columns) {
                let told = value.to_string();
                params.push(bound(value, *kind).ok_or_else(|| {
                    DbErr::Custom(format!("{}.{column} can't hold {}", table.name, told.chars().take(80).collect::<String>()))
                })?);
            }
        }
        let width = columns.len();
        let places = (0..group.len())
            .map(|row| format!("({})", super::placeholders(row * width + 1, width)))
            .collect::<Vec<_>>()
            .join(", ");
        exec(into, &format!("insert into {} ({names}) values {places}", quoted(&table.name)), params).await?;
    }
    Ok(lines.len() as u64)
}

/// The value for a column of this kind; `None` when it does not fit.
fn bound(value: Value, kind: Kind) -> Option<Bound> {
    if let Kind::Any = kind {
        return as_it_is(value);
    }
    let tagged = |tag: &str| value.get(tag).and_then(Value::as_str);
    let is_null = value.is_null();
    macro_rules! fit {
        ($value:expr, $of:ty) => {
            if is_null { Some(Option::<$of>::None.into()) } else { $value.map(|value: $of| value.into()) }
        };
    }
    match kind {
        Kind::Any => None,
        Kind::Text => fit!(value.as_str().map(str::to_owned), String),
        Kind::Uuid => fit!(
            tagged("u").and_then(|text| text.parse().ok()).or_else(|| Uuid::from_slice(&BASE64.decode(tagged("b")?).ok()?).ok()),
            Uuid
        ),
        Kind::Instant => fit!(tagged("t").or(value.as_str()).and_then(|text| text.parse().ok()), DateTime<Utc>),
        Kind::Day => fit!(tagged("d").or(value.as_str()).and_then(|text| text.parse().ok()), NaiveDate),
        Kind::Bool => fit!(value.as_bool().or(value.as_i64().map(|number| number != 0)), bool),
        Kind::Bytes => fit!(tagged("b").and_then(|text| BASE64.decode(text).ok()), Vec<u8>),
        Kind::Small => fit!(value.as_i64().and_then(|number| i16::try_from(number).ok()), i16),
        Kind::Whole => fit!(value.as_i64().and_then(|number| i32::try_from(number).ok()), i32),
        Kind::Long => fit!(value.as_i64(), i64),
        Kind::Real => fit!(tagged("r").and_then(|text| text.parse().ok()).or(value.as_f64()), f64),
    }
}

/// SQLite takes what comes, in the form in which the rest of the program writes it.
fn as_it_is(value: Value) -> Option<Bound> {
    Some(match value {
        Value::Null => Option::<String>::None.into(),
        Value::Bool(yes) => yes.into(),
        Value::Number(number) => number.as_i64()?.into(),
        Value::String(text) => text.into(),
        Value::Object(tagged) => {
            let (tag, text) = tagged.iter().next()?;
            let text = text.as_str()?;
            match tag.as_str() {
                "r" => text.parse::<f64>().ok()?.into(),
                "b" => BASE64.decode(text).ok()?.into(),
                "u" => text.parse::<Uuid>().ok()?.into(),
                "t" => text.parse::<DateTime<Utc>>().ok()?.into(),
                "d" => text.parse::<NaiveDate>().ok()?.into(),
                _ => return None,
            }
        }
        Value::Array(_) => return None,
    })
}

/// A name as SQL wants it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// References between tables, set aside while rows come in any order.
pub struct References(Vec<Reference>);

#[derive(crate::db::FromQueryResult)]
struct Reference {
    of: String,
    name: String,
    text: String,
}

/// Empties the tables of a new schema and sets references aside until [`References::back`].
///
/// # Errors
/// The database's own.
pub async fn set_aside(tx: &DatabaseTransaction, engine: Engine, tables: &[Table]) -> Result<References, DbErr> {
    let references = match engine {
        Engine::Sqlite => {
            tx.execute_unprepared("pragma defer_foreign_keys = on").await?;
            // A small cache would write pages of indexes out again and again.
            tx.execute_unprepared("pragma cache_size = -131072").await?;
            Vec::new()
        }
        Engine::Postgres => {
            rows::<Reference>(
                tx,
                "select cast(conrelid as regclass)::text as of, quote_ident(conname) as name, pg_get_constraintdef(oid) as text
                 from pg_constraint where contype = 'f' and connamespace = cast(current_schema() as regnamespace) order by conname",
                vec![],
            )
            .await?
        }
    };
    for Reference { of, name, .. } in &references {
        tx.execute_unprepared(&format!("alter table {of} drop constraint {name}")).await?;
    }
    for table in tables {
        tx.execute_unprepared(&format!("delete from {}", quoted(&table.name))).await?;
    }
    Ok(References(references))
}

impl References {
    /// Puts the references back; rows that refer to nothing are refused here, or by SQLite at the end of the transaction.
    ///
    /// # Errors
    /// The database's own.
    pub async fn back(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        for Reference { of, name, text } in self.0 {
            tx.execute_unprepared(&format!("alter table {of} add constraint {name} {text}")).await?;
        }
        Ok(())
    }
}
