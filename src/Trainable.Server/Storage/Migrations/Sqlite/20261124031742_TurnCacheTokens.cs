using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Trainable.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TurnCacheTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "cache_read_tokens",
                table: "turns",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L
            );

            migrationBuilder.AddColumn<long>(
                name: "cache_write_tokens",
                table: "turns",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "cache_read_tokens", table: "turns");

            migrationBuilder.DropColumn(name: "cache_write_tokens", table: "turns");
        }
    }
}
