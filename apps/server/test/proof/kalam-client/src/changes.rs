//! A topic that is told of a table's changes, from the statement that makes it to the acknowledgment.

use std::time::Duration;

use kalam_client::{AutoOffsetReset, ConsumerRecord, KalamLinkClient, TopicConsumer};
use serde_json::{Value, json};

use crate::{
    Outcome, client, password_of, saw,
    sql::{answered, run},
};

const WAIT: Duration = Duration::from_secs(10);

pub async fn changes(url: &str) -> Outcome {
    let chief = client(url, password_of("chief"))?;
    for (what, text) in [
        ("namespace", "CREATE NAMESPACE chat"),
        ("table", "CREATE TABLE chat.messages (id BIGINT PRIMARY KEY, body TEXT)"),
        ("topic", "CREATE TOPIC chat.events"),
        ("topic again", "CREATE TOPIC IF NOT EXISTS chat.events"),
        ("insert source", "ALTER TOPIC chat.events ADD SOURCE chat.messages ON INSERT"),
        ("update source", "ALTER TOPIC chat.events ADD SOURCE chat.messages ON UPDATE WHERE id < 10 WITH (payload = 'full')"),
        ("delete source", "ALTER TOPIC chat.events ADD SOURCE chat.messages ON DELETE WITH (payload = 'key')"),
    ] {
        saw(what, answered(run(&chief, text, &[]).await));
    }
    let worker = client(url, password_of("worker"))?;
    let mut consumer = messages(&worker, "workers")?;

    for text in [
        "INSERT INTO chat.messages VALUES (1, 'one'), (9007199254740993, 'two')",
        "UPDATE chat.messages SET body = 'ONE'",
        "DELETE FROM chat.messages WHERE id = 1",
    ] {
        run(&chief, text, &[]).await?;
    }
    let records = polled(&mut consumer, 4).await?;
    saw("records", json!(records.iter().map(shown).collect::<Vec<_>>()));
    saw("committed", json!(consumer.commit_sync().await?.acknowledged_offset));
    saw("nothing is left", json!(messages(&worker, "workers")?.poll_with_timeout(Duration::ZERO).await?));

    // As statements.
    for (what, text) in [
        ("consumed", "CONSUME FROM chat.events GROUP 'sql' FROM EARLIEST LIMIT 2"),
        ("acknowledged", "ACK chat.events GROUP 'sql' UPTO OFFSET 1"),
        ("the rest", "CONSUME FROM chat.events GROUP 'sql' FROM EARLIEST"),
        ("as a table", "SELECT \"offset\", key, json_extract(value, '$.body') AS body FROM topic('chat.events') WHERE partition = 0"),
        ("offsets", "SELECT group_id, last_acked_offset FROM system.topic_offsets WHERE topic_id = 'chat.events' ORDER BY group_id"),
        ("subscribe", "SUBSCRIBE TO chat.messages WHERE id > 1 OPTIONS (last_rows=1)"),
    ] {
        saw(what, answered(run(&chief, text, &[]).await));
    }
    Ok(())
}

fn messages(worker: &KalamLinkClient, group: &str) -> kalam_client::Result<TopicConsumer> {
    let consumer = worker.consumer().topic("chat.events").group_id(group);
    consumer.auto_offset_reset(AutoOffsetReset::Earliest).enable_auto_commit(false).build()
}

/// So many records: what a statement changes may come in more than one answer.
async fn polled(consumer: &mut TopicConsumer, count: usize) -> kalam_client::Result<Vec<ConsumerRecord>> {
    let mut records = Vec::new();
    while records.len() < count {
        for record in consumer.poll_with_timeout(WAIT).await? {
            consumer.mark_processed(&record);
            records.push(record);
        }
    }
    Ok(records)
}

fn shown(record: &ConsumerRecord) -> Value {
    json!([record.offset, record.op, record.message_id, String::from_utf8_lossy(&record.payload)])
}
