-- How many blocks the open file has, how many of them hold something and how many nothing, and the bytes of each.
SELECT total_blocks, used_blocks, free_blocks, block_size
FROM pragma_database_size()
WHERE database_name = current_database();
