//! Live queries: rows, what happens to them, connections that are lost, and clients that are refused.

use std::time::Duration;

use kalam_client::{
    AuthProvider, ConnectionOptions, EventHandlers, KalamLinkClient, KalamLinkTimeouts, LiveRowsEvent, LiveRowsSubscription, SeqId,
    SubscriptionConfig, SubscriptionManager, SubscriptionOptions,
    models::{BatchControl, ChangeEvent, CompressionType, ProtocolOptions, RowData, SerializationType},
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    Outcome, PASSWORD, client, password_of, saw,
    sql::{answered, run},
    wait_for,
};

const NOTES: &str = "SELECT * FROM live.notes";

/// As applications have them: all rows there are, each time that there is something else to see.
pub async fn rows(url: &str) -> Outcome {
    let chief = prepared(url).await?;
    let alice = client(url, password_of("alice"))?;
    run(&chief, "INSERT INTO live.notes VALUES (1, 'one'), (2, 'two')", &[]).await?;
    let mut notes = alice.live(NOTES).await?;
    saw("acknowledged", seen(&mut notes).await?);
    saw("there were", seen(&mut notes).await?);
    for (what, text) in [
        ("insert", "INSERT INTO live.notes VALUES (3, 'three')"),
        ("update", "UPDATE live.notes SET body = 'TWO' WHERE id = 2"),
        ("delete", "DELETE FROM live.notes WHERE id = 1"),
        ("insert again", "INSERT INTO live.notes VALUES (1, 'one again')"),
        ("several", "UPDATE live.notes SET body = body || '!'"),
    ] {
        run(&chief, text, &[]).await?;
        saw(what, seen(&mut notes).await?);
    }

    run(&chief, "CREATE TOPIC live.log", &[]).await?;
    run(&chief, "ALTER TOPIC live.log ADD SOURCE live.notes ON INSERT", &[]).await?;
    let mut records = chief.live("SELECT id, key, json_extract(value, '$.body') AS body FROM topic('live.log')").await?;
    saw("acknowledged, of a topic", seen(&mut records).await?);
    saw("there were, of a topic", seen(&mut records).await?);
    run(&chief, "INSERT INTO live.notes VALUES (7, 'told')", &[]).await?;
    saw("insert, of a topic", seen(&mut records).await?);
    alice.disconnect().await;
    chief.disconnect().await;
    Ok(())
}

/// One by one, as they come.
pub async fn events(url: &str) -> Outcome {
    let chief = prepared(url).await?;
    let alice = client(url, password_of("alice"))?;
    run(&chief, "INSERT INTO live.notes VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')", &[]).await?;

    let in_batches = SubscriptionOptions::new().with_batch_size(2);
    let mut notes = subscribed(&alice, "batches", "SELECT id, body FROM live.notes WHERE id <> 4", Some(in_batches)).await?;
    for what in ["acknowledged", "first batch", "second batch"] {
        saw(what, next(&mut notes).await?);
    }
    for (what, text) in [
        ("insert", "INSERT INTO live.notes VALUES (6, 'f')"),
        ("update", "UPDATE live.notes SET body = 'F' WHERE id = 6"),
        ("delete", "DELETE FROM live.notes WHERE id = 6"),
        ("into sight", "UPDATE live.notes SET id = 7 WHERE id = 4"),
        (
            "long, compressed",
            "UPDATE live.notes SET body = 'long ' || body || '0123456789012345678901234567890123456789012345678901234567890123456789' WHERE id = 1",
        ),
    ] {
        run(&chief, text, &[]).await?;
        saw(what, next(&mut notes).await?);
    }
    let live = "SELECT subscription_id, user_id, table_name, status FROM system.live";
    saw("subscriptions", answered(run(&chief, live, &[]).await));
    notes.close().await?;

    let mut last = subscribed(&alice, "last", NOTES, Some(SubscriptionOptions::new().with_last_rows(2))).await?;
    next(&mut last).await?;
    saw("last two", ids(&next_event(&mut last).await?));
    saw("when one was closed", answered(run(&chief, "SELECT subscription_id FROM system.live", &[]).await));
    last.close().await?;

    let mut after = subscribed(&alice, "after", NOTES, Some(SubscriptionOptions::new().with_from(SeqId::from_i64(i64::MAX)))).await?;
    next(&mut after).await?;
    saw("after the greatest number", ids(&next_event(&mut after).await?));
    after.close().await?;

    let mut bare = alice.live_events_with_config(SubscriptionConfig::without_initial_data("bare", NOTES)).await?;
    saw("without rows", next(&mut bare).await?);
    run(&chief, "INSERT INTO live.notes VALUES (8, 'h')", &[]).await?;
    saw("and then", ids(&next_event(&mut bare).await?));
    bare.close().await?;

    for (what, query) in [
        ("unknown table", "SELECT * FROM live.nowhere"),
        ("system table", "SELECT * FROM system.users"),
        ("private table", "SELECT * FROM live.secrets"),
        ("ordered", "SELECT * FROM live.notes ORDER BY id"),
        ("no query", "DELETE FROM live.notes"),
    ] {
        saw(what, refused(&alice, what, query).await?);
    }
    saw("rows stay", answered(run(&chief, "SELECT count(*) AS n FROM live.notes", &[]).await));
    alice.disconnect().await;
    Ok(())
}

/// Ways to connect, and to be refused.
pub async fn connections(url: &str) -> Outcome {
    let chief = prepared(url).await?;
    run(&chief, "INSERT INTO live.notes VALUES (1, $1)", &["long ".repeat(500).into()]).await?;
    let token = chief.login("alice", PASSWORD).await?.access_token;
    let with = |token: &str, options: ConnectionOptions| {
        let builder = KalamLinkClient::builder().base_url(url).auth(AuthProvider::jwt_token(token.into()));
        builder.connection_options(options).build()
    };
    let protocol = |serialization, compression| ConnectionOptions::new().with_protocol(ProtocolOptions { serialization, compression });
    for (what, options) in [
        ("as it is", ConnectionOptions::new()),
        ("without compression", ConnectionOptions::new().with_disable_compression(true)),
        ("with compression none", protocol(SerializationType::Json, CompressionType::None)),
        ("with msgpack", protocol(SerializationType::MessagePack, CompressionType::Gzip)),
        ("with msgpack, uncompressed", protocol(SerializationType::MessagePack, CompressionType::None)),
    ] {
        let alice = with(&token, options)?;
        let mut notes = alice.live(NOTES).await?;
        seen(&mut notes).await?;
        let there_were = seen(&mut notes).await?;
        saw(what, json!([alice.is_connected().await, there_were["rows"][0]["body"].as_str().map(str::len)]));
        alice.disconnect().await;
    }
    let once = || ConnectionOptions::new().with_auto_reconnect(false);
    saw("refused", crate::said(with("not.a.token", once())?.connect().await));
    let hopeful = with("not.a.token", ConnectionOptions::new().with_reconnect_delay_ms(1).with_max_reconnect_delay_ms(1))?;
    saw("refused for ever", json!([crate::said(hopeful.connect().await), hopeful.is_connected().await]));

    // A ping is sent when the one before was answered.
    let (sent, mut pings) = unbounded_channel();
    let alice = KalamLinkClient::builder()
        .base_url(url)
        .auth(AuthProvider::jwt_token(token))
        .timeouts(KalamLinkTimeouts::builder().keepalive_interval(Duration::from_millis(20)).build())
        .event_handlers(EventHandlers::new().on_send(move |text| drop(sent.send(text.to_string()))))
        .build()?;
    alice.connect().await?;
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(pings.recv().await.ok_or("the connection is gone")?);
    }
    saw("pings", json!([said, alice.is_connected().await]));
    alice.disconnect().await;
    Ok(())
}

/// Its connection is cut, more than once, and what happens meanwhile is not lost.
pub async fn resumption(url: &str) -> Outcome {
    let chief = prepared(url).await?;
    run(&chief, "INSERT INTO live.notes VALUES (1, 'one'), (2, 'two'), (5, 'five')", &[]).await?;
    let (received, mut frames) = unbounded_channel();
    let options = ConnectionOptions::new().with_reconnect_delay_ms(5).with_max_reconnect_delay_ms(20);
    let alice = KalamLinkClient::builder()
        .base_url(url)
        .auth(AuthProvider::jwt_token(chief.login("alice", PASSWORD).await?.access_token))
        .connection_options(options)
        .event_handlers(EventHandlers::new().on_receive(move |text| drop(received.send(text.to_string()))))
        .build()?;
    let mut notes = subscribed(&alice, "resumed", NOTES, Some(SubscriptionOptions::new())).await?;
    next(&mut notes).await?;
    saw("there were", ids(&next_event(&mut notes).await?));
    run(&chief, "UPDATE live.notes SET body = 'ONE' WHERE id = 1", &[]).await?;
    saw("before it is cut", ids(&next_event(&mut notes).await?));
    for turn in ["first", "second"] {
        drain(&mut frames);
        wait_for(&format!("{turn} cut"))?;
        saw(&format!("{turn} acknowledgment"), next(&mut notes).await?);
        for what in ["missed", "deleted"] {
            saw(&format!("{turn}, what was {what}"), ids(&next_event(&mut notes).await?));
        }
        // The client leaves out what it knows, so that its frames have to be looked at.
        saw(&format!("{turn}, what was sent"), json!(drain(&mut frames)));
        saw(&format!("{turn}, as the broker has it"), answered(run(&chief, "SELECT subscription_id, options FROM system.live", &[]).await));
        run(&chief, "UPDATE live.notes SET body = body || '!' WHERE id = 1", &[]).await?;
        saw(&format!("{turn}, and then"), ids(&next_event(&mut notes).await?));
    }
    alice.disconnect().await;
    Ok(())
}

/// A `dba`, and a table that nobody else changes.
async fn prepared(url: &str) -> Result<KalamLinkClient, Box<dyn std::error::Error>> {
    let chief = client(url, password_of("chief"))?;
    for text in [
        "DROP NAMESPACE IF EXISTS live",
        "CREATE NAMESPACE live",
        "CREATE TABLE live.notes (id INT PRIMARY KEY, body TEXT) WITH (TYPE = 'SHARED', ACCESS_LEVEL = 'PUBLIC')",
        "CREATE TABLE live.secrets (id INT PRIMARY KEY)",
    ] {
        run(&chief, text, &[]).await?;
    }
    Ok(chief)
}

async fn subscribed(
    client: &KalamLinkClient,
    id: &str,
    query: &str,
    options: Option<SubscriptionOptions>,
) -> kalam_client::Result<SubscriptionManager> {
    let mut config = SubscriptionConfig::new(id, query);
    config.options = options;
    client.live_events_with_config(config).await
}

/// What a client is told that may not, or does not say, what it wants.
async fn refused(client: &KalamLinkClient, id: &str, query: &str) -> Result<Value, Box<dyn std::error::Error>> {
    match subscribed(client, id, query, Some(SubscriptionOptions::new())).await {
        Ok(mut subscription) => next(&mut subscription).await,
        Err(error) => Ok(json!(error.to_string())),
    }
}

async fn seen(rows: &mut LiveRowsSubscription) -> Result<Value, Box<dyn std::error::Error>> {
    match rows.next().await.ok_or("the subscription has ended")?? {
        LiveRowsEvent::Rows { rows, last_seq_id, .. } => Ok(json!({ "rows": rows, "last": last_seq_id.map(|seq| seq.as_i64()) })),
        LiveRowsEvent::Error { code, message, .. } => Ok(json!([code, message])),
    }
}

async fn next_event(subscription: &mut SubscriptionManager) -> Result<ChangeEvent, Box<dyn std::error::Error>> {
    Ok(subscription.next().await.ok_or("the subscription has ended")??)
}

async fn next(subscription: &mut SubscriptionManager) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(match next_event(subscription).await? {
        ChangeEvent::Ack { schema, batch_control, .. } => {
            let columns: Vec<Value> = schema.iter().map(|field| json!([field.name, field.data_type])).collect();
            json!({ "ack": columns, "batch": batch(&batch_control) })
        }
        ChangeEvent::InitialDataBatch { rows, batch_control, .. } => json!({ "rows": rows, "batch": batch(&batch_control) }),
        ChangeEvent::Insert { rows, .. } => json!({ "inserted": rows }),
        ChangeEvent::Update { rows, old_rows, .. } => json!({ "updated": rows, "old": old_rows }),
        ChangeEvent::Delete { old_rows, .. } => json!({ "deleted": old_rows }),
        ChangeEvent::Error { code, message, .. } => json!([code, message]),
        ChangeEvent::Unknown { raw } => json!({ "unknown": raw }),
    })
}

fn batch(control: &BatchControl) -> Value {
    json!([control.batch_num, control.has_more, control.status, control.last_seq_id.map(|seq| seq.as_i64())])
}

/// What kind of event it is, and the numbers of its rows.
fn ids(event: &ChangeEvent) -> Value {
    let of = |rows: &[RowData]| rows.iter().map(|row| row["id"].0.clone()).collect::<Vec<_>>();
    match event {
        ChangeEvent::InitialDataBatch { rows, .. } => json!(["rows", of(rows)]),
        ChangeEvent::Insert { rows, .. } => json!(["inserted", of(rows)]),
        ChangeEvent::Update { rows, .. } => json!(["updated", of(rows)]),
        ChangeEvent::Delete { old_rows, .. } => json!(["deleted", of(old_rows)]),
        other => json!([format!("{other:?}")]),
    }
}

/// Of the frames that have come the rows that there were, by number.
fn drain(frames: &mut UnboundedReceiver<String>) -> Vec<Value> {
    let mut found = Vec::new();
    while let Ok(text) = frames.try_recv() {
        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
        if frame["type"] == "initial_data_batch" {
            found.extend(frame["rows"].as_array().into_iter().flatten().map(|row| row["id"].clone()));
        }
    }
    found
}
