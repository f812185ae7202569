-- A row of the inbox is written four times on its way. What is large in it (the original, the receipt) then stands beside it,
-- compressed and written once, where before each change of state copied it.
alter table post.post_inbox set (toast_tuple_target = 256);
