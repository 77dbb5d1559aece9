-- How many blocks of the open file hold something, how many nothing, and the bytes of each.
SELECT used_blocks, free_blocks, block_size
FROM pragma_database_size()
WHERE database_name = current_database();
