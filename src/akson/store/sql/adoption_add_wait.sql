-- Adds ({sign} is + or -) how long the rows of {rows} waited for receipt and answer.
with waited as (
    select {month} as month, sender, receiver, type, 'receipt' as what, adoption.step(receipt_min) as step
    from {rows} where receipt_min is not null and standing = 'first'
    union all
    select {month}, sender, receiver, type, 'answer', adoption.step(answer_min)
    from {rows} where answer_min is not null and standing = 'first'
), counted as (
    select month, sender, receiver, type, what, step, count(*) as messages from waited group by 1, 2, 3, 4, 5, 6
)
insert into adoption.wait as s (month, sender, receiver, type, what, step, messages)
select month, sender, receiver, type, what, step, {sign}messages from counted
on conflict (sender, receiver, type, month, what, step) do update set messages = s.messages + excluded.messages
