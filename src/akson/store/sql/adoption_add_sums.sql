-- Adds ({sign} is + or -) the rows of {rows} to the sums of days and months. One rule for all that is counted.
with counted as (
    select {cut} as cut, sender, receiver, type, state,
           count(*) filter (where standing = 'first') as messages,
           count(*) filter (where standing = 'copy') as copies,
           count(*) filter (where standing = 'repeat') as repeats,
           coalesce(sum(asked) filter (where standing = 'first'), 0) as asked,
           coalesce(sum(said) filter (where standing = 'first'), 0) as said
    from {rows} group by 1, 2, 3, 4, 5
)
insert into adoption.{sums} as s ({sums}, sender, receiver, type, state, messages, copies, repeats, asked, said)
select cut, sender, receiver, type, state, {sign}messages, {sign}copies, {sign}repeats, {sign}asked, {sign}said from counted
on conflict (sender, receiver, type, {sums}, state) do update
set messages = s.messages + excluded.messages, copies = s.copies + excluded.copies, repeats = s.repeats + excluded.repeats,
    asked = s.asked + excluded.asked, said = s.said + excluded.said
