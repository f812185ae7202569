-- How many fields its profile demands of a message, and how many of them it fills: counted when it is taken in, numbers alone.
alter table post.post_inbox add column content_asked smallint, add column content_said smallint;
